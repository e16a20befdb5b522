// A method of a running server, with all that its descriptor says. Nothing here lists methods: servers name their services by
// reflection, and the descriptors name the methods.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"
#include "milepost/type/v1/rules.pb.h"

namespace milepost::fuzz {

struct Method {
  std::string server;  // "milestone_billing"
  std::shared_ptr<grpc::Channel> channel;
  const google::protobuf::MethodDescriptor* descriptor;

  // "milestone_billing: Ledger/GetBalance"; unique, because two servers may have the same service.
  std::string Name() const;
  // "/milepost.billing.v1.Ledger/GetBalance"
  std::string Path() const;
  std::unique_ptr<google::protobuf::Message> NewRequest() const;
  std::unique_ptr<google::protobuf::Message> NewResponse() const;
  const type::v1::Callers& callers() const;
};

// All methods of the services of ours that the server names. An error where this program was built without one of them.
absl::StatusOr<std::vector<Method>> MethodsOf(const std::string& server,
                                              const std::shared_ptr<grpc::Channel>& channel);
// Those of one service, by its full name; none where this program does not know it.
std::vector<Method> MethodsOfService(const std::string& server, const std::shared_ptr<grpc::Channel>& channel,
                                     const std::string& service);

}  // namespace milepost::fuzz
