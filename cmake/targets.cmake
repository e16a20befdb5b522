# The kinds of target of this project. Each takes every .cc of its own folder; a new file needs no line here.

# Compiles several files of a folder as one, which halves the processor time of a first build. Names in anonymous namespaces must
# then differ within a folder. OFF compiles each file by itself: quicker while you edit one.
option(MILEPOST_UNITY "Compile several files of a folder as one" ON)
set(MILEPOST_UNITY_FILES 16)
function(milepost_unity name files)
  if(MILEPOST_UNITY)
    set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${files})
    # GCC takes a .cc that another one includes for a header.
    target_compile_options(${name} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()

# What the three below have in common: includes from the repository's root, our warnings, clang-tidy where asked for.
function(milepost_compile name visibility)
  target_include_directories(${name} ${visibility} ${PROJECT_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${MILEPOST_WARNINGS})
  set_target_properties(${name} PROPERTIES CXX_CLANG_TIDY "${MILEPOST_TIDY}")
  set_property(GLOBAL APPEND PROPERTY MILEPOST_COMPILED ${name})  # precompile.cmake
endfunction()

# milepost_library(name [NO_UNITY] [FILES …] [DEPENDS …]): a static library.
function(milepost_library name)
  cmake_parse_arguments(ARG "NO_UNITY" "" "FILES;DEPENDS" ${ARGN})
  if(NOT ARG_FILES)
    file(GLOB ARG_FILES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
    list(FILTER ARG_FILES EXCLUDE REGEX "/main\\.cc$")
  endif()
  if(ARG_FILES)
    add_library(${name} STATIC ${ARG_FILES})
    milepost_compile(${name} PUBLIC)
    if(NOT ARG_NO_UNITY)
      milepost_unity(${name} ${MILEPOST_UNITY_FILES})
    endif()
    target_link_libraries(${name} PUBLIC ${ARG_DEPENDS})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${ARG_DEPENDS})
  endif()
endfunction()

# milepost_server(name [DEPENDS …]): an executable from this folder's main.cc, at build/<preset>/bin/<name>.
function(milepost_server name)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  add_executable(${name} main.cc)
  milepost_add_version(${name})
  milepost_compile(${name} PRIVATE)
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endfunction()

# milepost_test(name LABEL label [NO_UNITY] [FILES …] [DEPENDS …]): one GoogleTest program over the .cc files of this folder,
# registered with ctest as a whole under its label (unit, contract, component, e2e, arch …).
function(milepost_test name)
  cmake_parse_arguments(ARG "NO_UNITY" "LABEL" "FILES;DEPENDS" ${ARGN})
  if(NOT ARG_FILES)
    file(GLOB ARG_FILES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  endif()
  add_executable(${name} ${ARG_FILES})
  milepost_compile(${name} PRIVATE)
  if(NOT ARG_NO_UNITY)
    milepost_unity(${name} ${MILEPOST_UNITY_FILES})
  endif()
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} gmock gtest gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin MILEPOST_IS_TEST TRUE)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL}
    ENVIRONMENT "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/tsan.supp")
endfunction()
