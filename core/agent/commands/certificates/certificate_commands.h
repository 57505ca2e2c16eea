#pragma once
// certificate.request{site,names,fresh} -> output {csr_pem}; certificate.install{site,chain_pem};
// certificate.upload{site,chain_pem,key_pem}; certificate.remove{site}.
//
// Below <state>/certificates/<site>, readable by root alone: pending/ holds a key that waits for
// its certificate, <fingerprint>/ a key with its chain, and the link "current" names the one in
// use. The link is replaced in one step, so key and chain never mix.

#include "core/agent/runtime/command.h"

namespace hostelry::agent {

void add_certificate_commands(Registry& registry);

}  // namespace hostelry::agent
