// No message is compressed, in either direction. gRPC inflates a message before it checks the size: 300 kB that are 300 MiB of
// zeros would take that memory although the call is refused. A compressed request is refused with UNIMPLEMENTED by its
// headers. A compressed answer counts as no answer.
#pragma once

#include "grpcpp/server_builder.h"
#include "grpcpp/support/channel_arguments.h"

namespace milepost::rpc {

// For the requests that this server gets.
void RefuseCompression(grpc::ServerBuilder& builder);
// For the answers on this channel. Called for every channel that we open.
void RefuseCompression(grpc::ChannelArguments& arguments);

}  // namespace milepost::rpc
