# Compiler, warnings, sanitizers and the optional speed-ups (ccache, mold, lld), in one place.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

option(HOSTELRY_TESTS "Build the tests" ON)
option(HOSTELRY_FUZZ "Build the libFuzzer targets (needs clang)" OFF)
set(HOSTELRY_SANITIZE "" CACHE STRING "Sanitizers, comma separated, for example address,undefined")

find_program(CCACHE ccache)
if(CCACHE)
  # Several build folders of one checkout share objects: paths are made relative and left out of the hash.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()

set(CMAKE_C_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
add_compile_definitions(_GLIBCXX_ASSERTIONS)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
endif()

find_program(MOLD mold)
find_program(LLD ld.lld)
if(MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-fuse-ld=mold)
elseif(LLD)
  add_link_options(-fuse-ld=lld)
endif()
add_link_options(-Wl,-z,relro,-z,now)

if(HOSTELRY_SANITIZE)
  add_compile_options(-fsanitize=${HOSTELRY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HOSTELRY_SANITIZE})
endif()

# Carried by every target of ours; third-party headers are system headers and stay quiet.
add_library(hostelry_warnings INTERFACE)
target_compile_options(
  hostelry_warnings
  INTERFACE
    # Designated initialisers name what differs from the default; what they leave out is meant.
    -Werror -Wall -Wextra -Wno-missing-field-initializers -Wpedantic -Wshadow -Wformat=2 -Wimplicit-fallthrough -Wconversion -Wsign-conversion
    $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast;-Wnon-virtual-dtor;-Woverloaded-virtual>
    $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond;-Wlogical-op>
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<COMPILE_LANGUAGE:CXX>>:-Wuseless-cast>)
if(HOSTELRY_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC's manual: sanitizers bring false positives. These two were met; the dev preset keeps them.
  target_compile_options(hostelry_warnings INTERFACE -Wno-sign-conversion -Wno-use-after-free)
endif()
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # In a unit of several files GCC takes their anonymous namespaces for a header's.
  target_compile_options(hostelry_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>)
endif()
