// The paths of field violations. A rule names fields as its domain knows them; the refusal that leaves must name fields
// of the request that was sent. Pure functions; a status that is no refusal with violations is returned as it is.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace milepost::rpc {

// Every path becomes what `rename` makes of it.
absl::Status RenameFields(absl::Status refused,
                          absl::FunctionRef<std::string(absl::string_view path)> rename);

// For a request that only names what the rule looked at (a gig, an offer, a quote): every violation is about that
// field, and its own path moves into the description.
absl::Status AboutField(absl::Status refused, absl::string_view field);

}  // namespace milepost::rpc
