// Validates a request by reflection against the rules beside its fields (milepost/type/v1/rules.proto).
//
//   MILEPOST_RETURN_IF_ERROR(MessageRules::Of(*request.GetDescriptor()).Check(request));
//
// Rules are compiled once a message type and kept for the life of the process. Thread-safe.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "common/core/refusal.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace milepost::rpc {

class MessageRules {
 public:
  // The compiled rules of a message type. A rule that does not fit its field (max_len on a number, an
  // expression that RE2 does not know) aborts the process with one line that names the field: it is a bug in
  // the .proto.
  static const MessageRules& Of(const google::protobuf::Descriptor& type);

  // The author of a request's content. One of our own services passes on content that it accepted earlier: its shape
  // is checked, but not the rules for new input (characters and blankness of texts, limits of amounts, currencies of
  // ISO 4217). A refusal would end a process that was accepted then.
  enum class Author { kAnyone, kOurService };

  // Every violation, in field order, with paths from the message's root and names as in the .proto; at most
  // kMaxViolations of them. `message` must be of the type that these rules are of.
  std::vector<FieldViolation> Violations(const google::protobuf::Message& message,
                                         Author author = Author::kAnyone) const;

  // OK, or INVALID_FIELDS with Violations().
  absl::Status Check(const google::protobuf::Message& message) const;

  static constexpr size_t kMaxViolations = 50;

  struct Field;
  struct Path;
  struct Report;

  ~MessageRules();

 private:
  friend class RuleCompiler;
  MessageRules();
  void CheckInto(const google::protobuf::Message& message, const Path* path, Report& report) const;
  void CheckList(const Field& field, const google::protobuf::Message& message, const Path* parent,
                 Report& report) const;
  void CheckSingle(const Field& field, const google::protobuf::Message& message, const Path* parent,
                   Report& report) const;
  void CheckValue(const Field& field, const google::protobuf::Message& message, int index, const Path& path,
                  Report& report) const;

  std::vector<Field> fields_;
  std::vector<const google::protobuf::OneofDescriptor*> required_oneofs_;
};

}  // namespace milepost::rpc
