// Switches off message compression, in both directions. gRPC inflates a message before it checks the size: 300 kB
// that are 300 MiB of zeros would take that memory although the call is refused. A compressed request is refused with
// UNIMPLEMENTED by its headers. A compressed answer counts as no answer.
#pragma once

#include "grpcpp/server_builder.h"
#include "grpcpp/support/channel_arguments.h"

namespace milepost::rpc {

// Refuses compressed requests to this server.
void RefuseCompression(grpc::ServerBuilder& builder);
// Refuses compressed answers on this channel. Call it for every channel that we open.
void RefuseCompression(grpc::ChannelArguments& arguments);

}  // namespace milepost::rpc
