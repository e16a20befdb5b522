#include "tests/fuzz/method.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/reflection.h"

namespace milepost::fuzz {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MessageFactory;
using google::protobuf::ServiceDescriptor;

constexpr char kOurs[] = "milepost.";

}  // namespace

std::string Method::Name() const {
  return absl::StrCat(server, ": ", descriptor->service()->name(), "/", descriptor->name());
}

std::string Method::Path() const {
  return absl::StrCat("/", descriptor->service()->full_name(), "/", descriptor->name());
}

std::unique_ptr<google::protobuf::Message> Method::NewRequest() const {
  return std::unique_ptr<google::protobuf::Message>(
      MessageFactory::generated_factory()->GetPrototype(descriptor->input_type())->New());
}

std::unique_ptr<google::protobuf::Message> Method::NewResponse() const {
  return std::unique_ptr<google::protobuf::Message>(
      MessageFactory::generated_factory()->GetPrototype(descriptor->output_type())->New());
}

const type::v1::Callers& Method::callers() const {
  return descriptor->options().GetExtension(type::v1::callers);
}

std::vector<Method> MethodsOfService(const std::string& server, const std::shared_ptr<grpc::Channel>& channel,
                                     const std::string& service) {
  std::vector<Method> methods;
  const ServiceDescriptor* descriptor = DescriptorPool::generated_pool()->FindServiceByName(service);
  for (int i = 0; descriptor != nullptr && i < descriptor->method_count(); ++i)
    methods.push_back({.server = server, .channel = channel, .descriptor = descriptor->method(i)});
  return methods;
}

absl::StatusOr<std::vector<Method>> MethodsOf(const std::string& server,
                                              const std::shared_ptr<grpc::Channel>& channel) {
  std::vector<Method> all;
  for (const std::string& service : testing::ListServices(channel)) {
    if (!absl::StartsWith(service, kOurs)) continue;
    const std::vector<Method> methods = MethodsOfService(server, channel, service);
    if (methods.empty())
      return absl::FailedPreconditionError(
          absl::StrCat(server, " serves ", service, ", whose .proto this program was built without"));
    all.insert(all.end(), methods.begin(), methods.end());
  }
  if (all.empty()) return absl::NotFoundError(absl::StrCat(server, " names no service of ours"));
  return all;
}

}  // namespace milepost::fuzz
