// A server's reflection, as grpcurl asks it. Its messages are written and read by hand: which of its .proto files are
// generated here depends on what gRPC brings.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "grpcpp/channel.h"

namespace milepost::testing {

// Its two names; what they say is the same on the wire.
inline constexpr char kReflection[] = "grpc.reflection.v1.ServerReflection";
inline constexpr char kReflectionAlpha[] = "grpc.reflection.v1alpha.ServerReflection";

// The serialised ServerReflectionResponse to one serialised ServerReflectionRequest; empty, with a failed expectation,
// where there is no answer.
std::string Reflect(const std::shared_ptr<grpc::Channel>& channel, const std::string& request,
                    const std::string& service = kReflection);

// The full names of all services that the server lists.
std::vector<std::string> ListServices(const std::shared_ptr<grpc::Channel>& channel,
                                      const std::string& service = kReflection);

}  // namespace milepost::testing
