// grpc.reflection.v1 where gRPC does not bring it. Who wants reflection asks reflection.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "grpcpp/impl/service_type.h"

namespace milepost::rpc {

// Describes what is linked into this process, and lists these services and itself. Not as a plugin of gRPC's builder, as
// v1alpha comes: plugins of gRPC 1.51 can't have callbacks.
std::unique_ptr<grpc::Service> MakeReflectionV1(std::vector<std::string> services);

}  // namespace milepost::rpc
