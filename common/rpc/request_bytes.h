// Parses the bytes of a call into its request.
#pragma once

#include "common/core/refusal.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/byte_buffer.h"

namespace milepost::rpc {

// The most fields and elements of lists that a request may have, in all its parts together; a packed list is one field and its
// elements. An element of two bytes becomes an object of a hundred, so without a bound a request of 4 MiB took 130 MiB, before the
// caller is checked.
inline constexpr int kPartsMax = 10'000;

// Parses `bytes` into `request`, which is empty. False if they are not such a request, or have more than kPartsMax parts; `request`
// then holds the fields before the fault, which FirstMalformed() finds.
bool ParseRequest(const grpc::ByteBuffer& bytes, google::protobuf::Message& request);

// Finds the first fault in bytes that ParseRequest could not parse as `type`: with the field's path if it is known,
// else an empty path. It takes longer than parsing: only for callers who may call.
FieldViolation FirstMalformed(const google::protobuf::Descriptor& type, const grpc::ByteBuffer& bytes);

}  // namespace milepost::rpc
