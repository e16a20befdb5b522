// Update requests with a field mask: what the mask leaves out is not part of the request.
#pragma once

#include <vector>

#include "common/core/refusal.h"
#include "google/protobuf/message.h"

namespace milepost::rpc {

// Removes the violations of fields that the update leaves alone: of a request with a non-empty
// `google.protobuf.FieldMask update_mask`, those inside its first message field (the resource) whose path the
// mask does not name. So `{gig: {title: "x"}, update_mask: "title"}` needs no packages. Violations outside the
// resource, and those of other requests, stay.
void DropUnmasked(const google::protobuf::Message& request, std::vector<FieldViolation>& violations);

}  // namespace milepost::rpc
