# Four precompiled headers for all targets: with and without gRPC, for test programs and for all else. gRPC's headers alone take
# ten seconds a file. Which one a target gets follows from what it is and links, so that no target can be forgotten.
#
# milepost_precompile_all(): once, when all targets are there.

# What both kinds include nearly everywhere.
set(milepost_pch_core
  <algorithm> <cstdint> <functional> <map> <memory> <optional> <string> <utility> <variant> <vector>
  <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/time/time.h>)
set(milepost_pch_grpc ${milepost_pch_core}
  <asio.hpp> <google/protobuf/message.h> <grpcpp/grpcpp.h> <grpcpp/impl/codegen/proto_utils.h>)
set(milepost_pch_test <gmock/gmock.h> <gtest/gtest.h>)

# Whether `target` links `wanted`, directly or through others.
function(milepost_links target wanted result)
  set(seen "")
  set(open ${target})
  while(open)
    list(POP_FRONT open one)
    if(one STREQUAL wanted)
      set(${result} TRUE PARENT_SCOPE)
      return()
    endif()
    if(one IN_LIST seen OR NOT TARGET ${one})
      continue()
    endif()
    list(APPEND seen ${one})
    foreach(property LINK_LIBRARIES INTERFACE_LINK_LIBRARIES)
      get_target_property(more ${one} ${property})
      if(more)
        list(APPEND open ${more})
      endif()
    endforeach()
  endwhile()
  set(${result} FALSE PARENT_SCOPE)
endfunction()

# The target that owns one of the four.
function(milepost_pch_owner name headers)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pch/${name}.cc CONTENT "// Precompiled headers are made for a target.\n")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/pch/${name}.cc)
  milepost_compile(${name} PRIVATE)
  target_link_libraries(${name} PRIVATE ${ARGN})
  target_compile_options(${name} PRIVATE -pthread)
  if(name MATCHES "_test$")
    target_compile_options(${name} PRIVATE ${milepost_test_options})
  endif()
  target_precompile_headers(${name} PRIVATE ${headers})
endfunction()

function(milepost_precompile_all)
  set(core absl::statusor absl::strings absl::time)
  set(grpc ${core} milepost_asio gRPC::grpc++)
  milepost_pch_owner(milepost_pch_core "${milepost_pch_core}" ${core})
  milepost_pch_owner(milepost_pch_grpc "${milepost_pch_grpc}" ${grpc})
  if(MILEPOST_TESTS)
    # Test programs are compiled without optimisation, which takes a third of their time. Libraries keep theirs, those of tests
    # too: what measures or drives load is one.
    set(milepost_test_options -O0)
    milepost_pch_owner(milepost_pch_core_test "${milepost_pch_core};${milepost_pch_test}" ${core} gmock gtest)
    milepost_pch_owner(milepost_pch_grpc_test "${milepost_pch_grpc};${milepost_pch_test}" ${grpc} gmock gtest)
  endif()
  get_property(targets GLOBAL PROPERTY MILEPOST_COMPILED)
  foreach(target ${targets})
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "INTERFACE_LIBRARY" OR target MATCHES "^milepost_pch_")
      continue()
    endif()
    milepost_links(${target} milepost_rpc has_grpc)
    set(pch milepost_pch_core)
    if(has_grpc)
      set(pch milepost_pch_grpc)
    endif()
    get_target_property(is_test ${target} MILEPOST_IS_TEST)
    if(is_test)
      string(APPEND pch _test)
      target_compile_options(${target} PRIVATE ${milepost_test_options})
    endif()
    target_precompile_headers(${target} REUSE_FROM ${pch})
  endforeach()
endfunction()
