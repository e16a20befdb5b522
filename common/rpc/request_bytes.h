// Parses the bytes of a call into its request.
#pragma once

#include "common/core/refusal.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/byte_buffer.h"

namespace milepost::rpc {

// Parses `bytes` into `request`, which is empty. False if they are not such a request; `request` then holds the
// fields before the fault, which FirstMalformed() finds.
bool ParseRequest(const grpc::ByteBuffer& bytes, google::protobuf::Message& request);

// Finds the first fault in bytes that ParseRequest could not parse as `type`: with the field's path if it is known,
// else an empty path. It takes longer than parsing: only for callers who may call.
FieldViolation FirstMalformed(const google::protobuf::Descriptor& type, const grpc::ByteBuffer& bytes);

}  // namespace milepost::rpc
