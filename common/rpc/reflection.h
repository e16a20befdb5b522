// Server reflection for grpcurl, buf curl and their like, under both its names: grpc.reflection.v1alpha, and
// grpc.reflection.v1, which newer tools ask first. If gRPC has only v1alpha, we implement v1; cmake/stack.cmake finds
// out.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/impl/service_type.h"
#include "grpcpp/server_builder.h"

namespace milepost::rpc {

// The reflection of one server; it outlives the server.
class Reflection {
 public:
  // Construct it before the server's grpc::ServerBuilder: gRPC adds its own part to every builder made from now on.
  Reflection();

  // `services`: the full names of all that the server has besides reflection.
  void AddTo(grpc::ServerBuilder& builder, std::vector<std::string> services);

  // For a drain: ends our streams with UNAVAILABLE, and later ones at once. gRPC's own streams go on.
  void Shutdown();

 private:
  std::unique_ptr<grpc::Service> v1_;  // null where gRPC brings it
  std::function<void()> end_v1_;       // likewise
};

}  // namespace milepost::rpc
