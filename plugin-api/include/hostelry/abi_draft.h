/*
 * Which draft of 1.0 these headers are: a hash over all others, written by cmake -P
 * cmake/DraftHash.cmake after each change of one. Becomes empty with 1.0.
 */
#ifndef HOSTELRY_ABI_DRAFT_H
#define HOSTELRY_ABI_DRAFT_H

#define HOSTELRY_ABI_DRAFT "8266b3457dc808ccc30759e793266a24"

#endif
