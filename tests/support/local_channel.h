// A channel to a server of this machine, whatever proxy the environment names for others.
#pragma once

#include <memory>
#include <string>

#include "grpcpp/channel.h"
#include "grpcpp/support/channel_arguments.h"

namespace milepost::testing {

std::shared_ptr<grpc::Channel> LocalChannel(const std::string& address,
                                            grpc::ChannelArguments arguments = grpc::ChannelArguments());

}  // namespace milepost::testing
