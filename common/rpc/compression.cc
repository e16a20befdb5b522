#include "common/rpc/compression.h"

#include "grpc/compression.h"
#include "grpc/grpc.h"

namespace milepost::rpc {
namespace {

// The filter that inflates messages is left out too: it would inflate a message that arrives together with its headers before
// gRPC has checked the headers.
constexpr int kNotInflated = 0;

}  // namespace

void RefuseCompression(grpc::ServerBuilder& builder) {
  for (int i = GRPC_COMPRESS_NONE + 1; i < GRPC_COMPRESS_ALGORITHMS_COUNT; ++i)
    builder.SetCompressionAlgorithmSupportStatus(static_cast<grpc_compression_algorithm>(i), false);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, kNotInflated);
}

void RefuseCompression(grpc::ChannelArguments& arguments) {
  arguments.SetInt(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1 << GRPC_COMPRESS_NONE);
  arguments.SetInt(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, kNotInflated);
}

}  // namespace milepost::rpc
