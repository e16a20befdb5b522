// A server's reflection, as grpcurl asks it. It speaks v1alpha, whose .proto Debian does not ship: the two messages are
// written and read by hand.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "grpcpp/channel.h"

namespace milepost::testing {

// The serialised ServerReflectionResponse to one serialised ServerReflectionRequest; empty, with a failed expectation,
// where there is no answer.
std::string Reflect(const std::shared_ptr<grpc::Channel>& channel, const std::string& request);

// The full names of all services that the server lists.
std::vector<std::string> ListServices(const std::shared_ptr<grpc::Channel>& channel);

}  // namespace milepost::testing
