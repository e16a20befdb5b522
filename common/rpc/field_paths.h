// Translates the paths of field violations. A rule names fields of its domain; the refusal that the caller gets must
// name fields of the request. Pure functions; a status that is no refusal with violations is returned as it is.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace milepost::rpc {

// Applies `rename` to every path.
absl::Status RenameFields(absl::Status refused,
                          absl::FunctionRef<std::string(absl::string_view path)> rename);

// For a request that only names what the rule looked at (a gig, an offer, a quote): every violation is about that
// field, and its own path moves into the description. REQUEST_ID_REUSED is about the request, and stays as it is.
absl::Status AboutField(absl::Status refused, absl::string_view field);

}  // namespace milepost::rpc
