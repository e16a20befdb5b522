// Reads the fields that mean the same in every request: request_id, validate_only, etag, and the resource's name.
// They are found by name, once for each request type. Thread-safe after construction.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/core/refusal.h"
#include "common/rpc/call.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace milepost::rpc {

class RequestFields {
 public:
  explicit RequestFields(const google::protobuf::Descriptor& request);

  // Fills the call's request_id, validate_only and expected_sequence; adds the faults of the request_id, which is
  // required in every request type that has the field, to `violations`.
  void Read(const google::protobuf::Message& request, Call& call,
            std::vector<FieldViolation>& violations) const;

  // SHA-256 over the request's type (PauseGig and PublishGig of one gig are the same bytes) and its deterministic
  // serialization without request_id and validate_only: what "the same request" means to a replay. "" for a
  // request type without request_id.
  std::string Hash(const google::protobuf::Message& request) const;

  // The request's `name`, `order`, `offer` or `gig`, whichever it has first; "" if none.
  std::string Resource(const google::protobuf::Message& request) const;

 private:
  const std::string type_;
  const google::protobuf::FieldDescriptor* request_id_;
  const google::protobuf::FieldDescriptor* validate_only_;
  const google::protobuf::FieldDescriptor* etag_;
  const google::protobuf::FieldDescriptor* resource_;
};

}  // namespace milepost::rpc
