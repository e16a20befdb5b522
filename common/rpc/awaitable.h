// The return types of RPC handlers. Includes no gRPC header, so that handlers' files compile fast.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "asio/awaitable.hpp"

namespace milepost::rpc {

// A handler that returns its response, or the refusal.
template <class Response>
using Awaitable = asio::awaitable<absl::StatusOr<Response>>;

// A handler that writes its response into the message that is sent, on the call's arena: for large responses, and
// those of the write path. If it returns an error, the response is dropped.
using InPlace = asio::awaitable<absl::Status>;

}  // namespace milepost::rpc
