#include "common/rpc/reflection.h"

#include <utility>

#include "grpcpp/ext/proto_server_reflection_plugin.h"

#if MILEPOST_REFLECTION_V1
#include "common/rpc/reflection_v1.h"
#endif

namespace milepost::rpc {

Reflection::Reflection() {
  static const bool once = [] {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  static_cast<void>(once);
}

void Reflection::AddTo([[maybe_unused]] grpc::ServerBuilder& builder,
                       [[maybe_unused]] std::vector<std::string> services) {
#if MILEPOST_REFLECTION_V1
  services.emplace_back("grpc.reflection.v1alpha.ServerReflection");
  ReflectionV1 v1 = MakeReflectionV1(std::move(services));
  v1_ = std::move(v1.service);
  end_v1_ = std::move(v1.end_streams);
  builder.RegisterService(v1_.get());
#endif
}

void Reflection::Shutdown() {
  if (end_v1_) end_v1_();
}

}  // namespace milepost::rpc
