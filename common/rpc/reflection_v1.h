// Implements grpc.reflection.v1 for a gRPC that lacks it. Use it through reflection.h.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/impl/service_type.h"

namespace milepost::rpc {

struct ReflectionV1 {
  std::unique_ptr<grpc::Service> service;
  // Ends the service's streams with UNAVAILABLE, also those that are opened from then on. Thread-safe.
  std::function<void()> end_streams;
};

// Describes what is linked into this process, and lists these services and itself. Not as a plugin of gRPC's builder, as
// v1alpha comes: plugins of gRPC 1.51 can't have callbacks.
ReflectionV1 MakeReflectionV1(std::vector<std::string> services);

}  // namespace milepost::rpc
