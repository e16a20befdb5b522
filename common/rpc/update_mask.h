// Update requests with a field mask: what the mask leaves out is not part of the request.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/core/refusal.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace milepost::rpc {

// Removes the violations of fields that the update leaves alone: of a request with a non-empty
// `google.protobuf.FieldMask update_mask`, those inside its first message field (the resource) whose path the
// mask does not name. So `{gig: {title: "x"}, update_mask: "title"}` needs no packages. Violations outside the
// resource, and those of other requests, stay.
void DropUnmasked(const google::protobuf::Message& request, std::vector<FieldViolation>& violations);

// A violation of `update_mask` for each path that is none of `fields`, those that an update can change.
void CheckMask(const google::protobuf::FieldMask& mask, absl::Span<const absl::string_view> fields,
               std::vector<FieldViolation>& violations);

}  // namespace milepost::rpc
