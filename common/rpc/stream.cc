#include "common/rpc/stream.h"

#include <string>
#include <utility>
#include <vector>

#include "common/core/refusal.h"
#include "common/rpc/admission.h"

namespace milepost::rpc {
namespace {

bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  std::vector<grpc::Slice> slices;
  if (!bytes.Dump(&slices).ok()) return false;
  std::string whole;
  for (const grpc::Slice& slice : slices)
    whole.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return message.ParseFromString(whole);
}

}  // namespace

absl::Status StreamCall::Admit(const grpc::ByteBuffer& bytes, google::protobuf::Message& request,
                               const Callers& callers) {
  request_ = &request;
  const bool parsed = Parse(bytes, request);
  absl::Status admitted = AdmitCall(*context_, method_, request, callers, absl::InfiniteDuration(), call_);
  if (admitted.ok() && !parsed) return RefuseFields({{"", "is not the bytes of a request"}});
  return admitted;
}

void StreamCall::Write(grpc::ByteBuffer message) {
  message_ = std::move(message);
  StartWrite(&message_);
}

void StreamCall::End(const absl::Status& status) {
  Finish(CloseCall(method_, *request_, call_, status, running_.elapsed()));
}

}  // namespace milepost::rpc
