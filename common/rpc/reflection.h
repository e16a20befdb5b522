// Server reflection for grpcurl, buf curl and their like, under both its names: grpc.reflection.v1alpha, and
// grpc.reflection.v1, which newer tools ask first. A gRPC that brings v1alpha alone gets v1 from us: cmake/grpc.cmake
// finds out.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/impl/service_type.h"
#include "grpcpp/server_builder.h"

namespace milepost::rpc {

// Each server has one, which outlives it.
class Reflection {
 public:
  // Before the server's grpc::ServerBuilder is made: gRPC's own part comes into every one that is made from here on.
  Reflection();

  // `services`: the full names of all that the server has besides reflection.
  void AddTo(grpc::ServerBuilder& builder, std::vector<std::string> services);

  // For a drain: our streams end with UNAVAILABLE, and those that are opened later at once. gRPC's own run on.
  void Shutdown();

 private:
  std::unique_ptr<grpc::Service> v1_;  // null where gRPC brings it
  std::function<void()> end_v1_;       // likewise
};

}  // namespace milepost::rpc
