// From the bytes of a call to its request.
#pragma once

#include <optional>

#include "common/core/refusal.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/byte_buffer.h"

namespace milepost::rpc {

// Parses `bytes` into `request`, which is empty. Nothing, or what is wrong with them: the field's path where it is known, else
// an empty path. `request` then holds what came before it.
std::optional<FieldViolation> ParseRequest(const grpc::ByteBuffer& bytes, google::protobuf::Message& request);

// The first thing that is wrong with the bytes of a `type` that protobuf would not parse.
FieldViolation FirstMalformed(const google::protobuf::Descriptor& type, absl::string_view bytes);

}  // namespace milepost::rpc
