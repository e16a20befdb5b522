// The error map: converts refusals to google.rpc.Status at the server's edge, and back at a client's.
//
// Every error that leaves carries exactly one ErrorInfo{reason, domain "milepost", metadata} and one
// LocalizedMessage; BadRequest where fields are named, PreconditionFailure for FAILED_PRECONDITION, RetryInfo
// for RESOURCE_EXHAUSTED and UNAVAILABLE. The status text is English. All functions are pure.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "grpcpp/support/status.h"

namespace milepost::rpc {

inline constexpr char kErrorDomain[] = "milepost";

// The status that a caller gets. An error that is not a refusal becomes INTERNAL with a fixed text (its own text is
// for the log); `log_id`, if there is one, is then named in the ErrorInfo. `language` is "en" or "de". A status that
// is too long for the trailing metadata is cut: the last field violations, the ends of long values.
grpc::Status ToGrpc(const absl::Status& status, absl::string_view language = "en",
                    absl::string_view log_id = "");

// The status of a peer's answer: a refusal if it carries a reason that we know, so that IsRefusal() and RefusalOf()
// work on it; else the same code and text without a refusal.
absl::Status FromGrpc(const grpc::Status& status);

// Whether a failed call to a peer may still have taken effect. False only for the peer's own refusals, which mean
// that nothing changed. True for lost connections, timeouts, internal errors and all unexplained errors.
bool OutcomeUnknown(const absl::Status& status);

}  // namespace milepost::rpc
