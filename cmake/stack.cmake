# The one place of CMake that knows in what the stacks differ: Debian 12 and 13 (gRPC 1.51, protobuf 3.21) and the current one
# (docs/DEPENDENCIES.md). Where a library can be asked itself, it is asked, so that nobody has to know since which version it
# has something. What differs in C++ is in common/core/stack.h.

# protobuf since 22 has a CMake package, and needs it: its libraries want abseil's. Before, CMake's own module finds it.
find_package(Protobuf CONFIG QUIET)
if(NOT Protobuf_FOUND)
  find_package(Protobuf REQUIRED)
endif()
find_package(gRPC CONFIG REQUIRED)
find_package(absl CONFIG REQUIRED)

# MILEPOST_REFLECTION_V1: we serve grpc.reflection.v1 ourselves, because gRPC's reflection knows v1alpha alone (1.51 does).
# Where it knows both, ours must not be linked: the messages of v1 would be there twice.
get_target_property(reflection_library gRPC::grpc++_reflection LOCATION)
file(STRINGS ${reflection_library} reflection_v1 REGEX "grpc\\.reflection\\.v1\\.ServerReflection" LIMIT_COUNT 1)
if(reflection_v1)
  set(MILEPOST_REFLECTION_V1 0)
else()
  set(MILEPOST_REFLECTION_V1 1)
endif()

# MILEPOST_LOG_LIBRARIES: abseil's log, through which protobuf since 22 and gRPC since 1.65 write theirs. abseil has had one
# since 20230125; where there is none, nobody writes to it.
set(MILEPOST_LOG_LIBRARIES "")
foreach(library absl::log_initialize absl::log_globals absl::log_sink absl::log_sink_registry absl::log_entry)
  if(TARGET ${library})
    list(APPEND MILEPOST_LOG_LIBRARIES ${library})
  endif()
endforeach()
