# What the gRPC of this machine does not bring. Its libraries are asked themselves, so that nobody has to know since which
# version they do.

# MILEPOST_REFLECTION_V1: we serve grpc.reflection.v1 ourselves, because gRPC's reflection knows v1alpha alone (1.51 does).
# Where it knows both, ours must not be linked: the messages of v1 would be there twice.
get_target_property(reflection_library gRPC::grpc++_reflection LOCATION)
file(STRINGS ${reflection_library} reflection_v1 REGEX "grpc\\.reflection\\.v1\\.ServerReflection" LIMIT_COUNT 1)
if(reflection_v1)
  set(MILEPOST_REFLECTION_V1 0)
else()
  set(MILEPOST_REFLECTION_V1 1)
endif()
