# Fast builds on small machines: ccache and a fast linker where they are installed; warnings everywhere.
find_program(MILEPOST_CCACHE ccache)
if(MILEPOST_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${MILEPOST_CCACHE})
endif()
find_program(MILEPOST_MOLD mold)
if(MILEPOST_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Dev CACHE STRING "" FORCE)
endif()
# Dev: what ./dev builds and tests; optimised, with line tables for readable stack traces.
set(CMAKE_CXX_FLAGS_DEV "-O2 -g1" CACHE STRING "" FORCE)
# Release: the image's. Not -O3, which warns of other things than what is compiled every day.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG" CACHE STRING "" FORCE)
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # The compiler collects its garbage when it has 700 MB, not from 128 MB on: about a tenth less work, up to 0.3 GB more memory.
  add_compile_options("SHELL:--param ggc-min-expand=300" "SHELL:--param ggc-min-heapsize=700000")
endif()
# A warning is an error where we build (the presets but `release`), not where somebody else does, with a compiler that we have
# not seen.
option(MILEPOST_WERROR "Take warnings in our code for errors" OFF)
set(MILEPOST_WARNINGS -Wall -Wextra -Wno-missing-field-initializers)
# The compilers of the stacks that are tested (docs/DEPENDENCIES.md).
if(MILEPOST_WERROR AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_CXX_COMPILER_VERSION MATCHES "^(12|14|16)\\.")
  message(NOTICE "gcc ${CMAKE_CXX_COMPILER_VERSION} is none that Milepost is tested with: its warnings are no errors here")
  set(MILEPOST_WERROR OFF)
endif()
if(MILEPOST_WERROR)
  list(APPEND MILEPOST_WARNINGS -Werror)
endif()
set(MILEPOST_TIDY "" CACHE STRING "clang-tidy's command line, to lint what is compiled (preset tidy)")
