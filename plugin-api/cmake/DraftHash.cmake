# Computes the hash of the draft headers. Run as a script it writes include/hostelry/abi_draft.h anew:
#   cmake -P cmake/DraftHash.cmake
# Before 1.0 is final, plugin and panel must be built from the same headers; both carry this hash.
function(hostelry_draft_hash include_dir result)
  file(GLOB headers ${include_dir}/hostelry/*.h)
  list(FILTER headers EXCLUDE REGEX "/abi_draft\\.h$")
  list(SORT headers)
  set(joined "")
  foreach(header IN LISTS headers)
    file(SHA256 ${header} digest)
    string(APPEND joined "${digest}\n")
  endforeach()
  string(SHA256 digest "${joined}")
  string(SUBSTRING ${digest} 0 32 digest)
  set(${result} ${digest} PARENT_SCOPE)
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  set(include_dir ${CMAKE_CURRENT_LIST_DIR}/../include)
  hostelry_draft_hash(${include_dir} digest)
  file(WRITE ${include_dir}/hostelry/abi_draft.h
"/*
 * Which draft of 1.0 these headers are: a hash over all others, written by cmake -P cmake/DraftHash.cmake after
 * each change of one. Becomes empty with 1.0.
 */
#ifndef HOSTELRY_ABI_DRAFT_H
#define HOSTELRY_ABI_DRAFT_H

#define HOSTELRY_ABI_DRAFT \"${digest}\"

#endif
")
  message(STATUS "abi_draft.h: ${digest}")
endif()
