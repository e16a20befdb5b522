// The differences between the versions of gRPC, protobuf and abseil that we compile with (docs/DEPENDENCIES.md). No other C++
// file asks for a version; cmake/stack.cmake has what differs for CMake. It includes none of them, so every layer may.
#pragma once

// Whether protobuf has a log of its own (up to 21), or writes to abseil's (since 22). For files that include
// google/protobuf/stubs/common.h.
#define MILEPOST_PROTOBUF_HAS_A_LOG (GOOGLE_PROTOBUF_VERSION < 4022000)

// Whether gRPC has a log of its own (up to 1.64), or writes to abseil's (since 1.65). For files that include
// grpcpp/version_info.h.
#define MILEPOST_GRPC_HAS_A_LOG (GRPC_CPP_VERSION_MAJOR == 1 && GRPC_CPP_VERSION_MINOR < 65)

// Whether grpc::ServerCredentials hold what they are made of (1.83 does), or are an interface whose implementation adds the
// port (1.51). For files that include grpcpp/version_info.h.
#define MILEPOST_GRPC_HOLDS_CREDENTIALS (GRPC_CPP_VERSION_MAJOR > 1 || GRPC_CPP_VERSION_MINOR >= 60)

namespace milepost::stack {

// A message on a protobuf arena. Arena::CreateMessage is gone since 30; up to 25 Arena::Create puts only the message itself
// on the arena, not its parts.
template <class M, class Arena>
M* CreateMessage(Arena& arena) {
  if constexpr (requires { Arena::template CreateMessage<M>(&arena); }) {
    return Arena::template CreateMessage<M>(&arena);
  } else {
    return Arena::template Create<M>(&arena);
  }
}

// Makes protobuf's JSON show fields that have their default value, too. The option has another name since 26.
template <class JsonPrintOptions>
void PrintDefaults(JsonPrintOptions& options) {
  if constexpr (requires { options.always_print_primitive_fields; }) {
    options.always_print_primitive_fields = true;
  } else {
    options.always_print_fields_with_no_presence = true;
  }
}

}  // namespace milepost::stack
