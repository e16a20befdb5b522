// Decides whether a server may listen on an address: with a gRPC that has known faults (known_faults.h) only on this
// machine's own addresses, unless the operator accepts the faults. Pure.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace milepost::rpc {

// Whether only this machine reaches a listener at `listen`, which is host:port: 127.0.0.0/8, ::1 or "localhost". Any other
// name counts as reached from elsewhere.
bool IsLoopback(absl::string_view listen);

// FAILED_PRECONDITION, with what to do, where a gRPC of this version must not listen there.
absl::Status CheckExposure(absl::string_view listen, absl::string_view grpc_version,
                           bool accept_known_faults);

}  // namespace milepost::rpc
