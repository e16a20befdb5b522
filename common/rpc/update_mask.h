// Handles update requests with a field mask: fields outside the mask are not part of the request.
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

// Adds a violation of `update_mask` for each path that is not in `fields`, the fields that an update can change.
void CheckMask(const google::protobuf::FieldMask& mask, absl::Span<const absl::string_view> fields,
               std::vector<FieldViolation>& violations);

// Whether an update changes `field`: the mask names it, or is empty, which stands for every field.
bool Updates(const google::protobuf::FieldMask& mask, absl::string_view field);

}  // namespace milepost::rpc
