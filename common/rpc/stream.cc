#include "common/rpc/stream.h"

#include <utility>

#include "common/rpc/admission.h"

namespace milepost::rpc {
absl::Status StreamCall::Admit(const grpc::ByteBuffer& bytes, google::protobuf::Message& request) {
  request_ = &request;
  return AdmitCall(*context_, method_, bytes, request, absl::InfiniteDuration(), call_);
}

void StreamCall::Write(grpc::ByteBuffer message) {
  message_ = std::move(message);
  StartWrite(&message_);
}

void StreamCall::End(const absl::Status& status) {
  Finish(CloseCall(method_, *request_, call_, status, running_.elapsed()));
}

}  // namespace milepost::rpc
