// No message is compressed, in either direction. gRPC inflates what comes before it looks how large it has become: 300 kB
// that are 300 MiB of zeros take that memory from who is only about to refuse them. Who compresses is answered
// UNIMPLEMENTED, by its headers alone; who answers us compressed has not answered.
#pragma once

#include "grpcpp/server_builder.h"
#include "grpcpp/support/channel_arguments.h"

namespace milepost::rpc {

// What this server is sent.
void RefuseCompression(grpc::ServerBuilder& builder);
// What this channel is answered. For every channel that we open.
void RefuseCompression(grpc::ChannelArguments& arguments);

}  // namespace milepost::rpc
