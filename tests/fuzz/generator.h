// Makes plausible requests of any method from its descriptor: values within the rules beside the fields
// (milepost/type/v1/rules.proto), about resources that exist, from a caller who may call. Most of them pass validation, so that the
// rules behind it are reached.
#pragma once

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "tests/fuzz/method.h"
#include "tests/fuzz/pool.h"
#include "tests/fuzz/random.h"

namespace milepost::fuzz {

struct Request {
  std::unique_ptr<google::protobuf::Message> message;
  std::string actor;  // "users/fay"; "" where anyone may call
  std::string party;  // "seller" or "buyer", where that is what the actor is of the resource
};

// One request. The pool and the random numbers must outlive it.
class Generator {
 public:
  // Times in the request lie around `now`.
  Generator(const Pool& pool, Random& random, absl::Time now) : pool_(pool), random_(random), now_(now) {}

  // `party` ("seller" or "buyer") is the one of the resource's users who most likely may call.
  Request Make(const Method& method, const std::string& party);
  // Gives a field of the message one plausible value: of a repeated one, one more element.
  void Set(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field, int depth = 0);

 private:
  using Field = google::protobuf::FieldDescriptor;

  void Fill(google::protobuf::Message& message, int depth);
  void FillOneof(google::protobuf::Message& message, const google::protobuf::OneofDescriptor& oneof,
                 int depth);
  void FillList(google::protobuf::Message& message, const Field& field, int depth);
  void MakeDistinct(google::protobuf::Message& message, const Field& field);
  void KeepBelow(google::protobuf::Message& message);
  void DropRepeats(google::protobuf::Message& message, const Field& field);
  bool FillWellKnown(google::protobuf::Message& message, const Field& field);
  void FillMask(google::protobuf::FieldMask& mask, const google::protobuf::Descriptor& request);
  std::string Text(const google::protobuf::Message& message, const Field& field);
  std::string Name(const std::string& pattern, const std::string& field);
  std::string Matching(const std::string& pattern, const std::string& field);
  std::string Token(const std::string& field, bool is_required);
  std::string Words(uint32_t least, uint32_t most);
  int64_t Integer(const Field& field);
  int EnumNumber(const Field& field);
  std::string MilestoneName();
  void SetActor(const type::v1::Callers& callers, const std::string& party, Request& request);

  const Pool& pool_;
  Random& random_;
  const absl::Time now_;
  std::string noun_;                   // of the method's name: "refund" of GetRefund
  std::string holder_;                 // of a token that the request has
  const Resource* subject_ = nullptr;  // what the request is about: the first resource that it names
};

}  // namespace milepost::fuzz
