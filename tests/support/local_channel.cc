#include "tests/support/local_channel.h"

#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"

namespace milepost::testing {

std::shared_ptr<grpc::Channel> LocalChannel(const std::string& address, grpc::ChannelArguments arguments) {
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace milepost::testing
