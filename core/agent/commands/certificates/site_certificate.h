#pragma once
// Keys, requests and chains of sites. Pure but for randomness.

#include "core/base/clock.h"
#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace hostelry::agent {

struct SiteRequest {
    std::string key_pem;
    std::string csr_pem;
};

struct ChainFacts {
    std::vector<std::string> names;  ///< DNS names of the leaf.
    std::string issuer;
    std::string serial;       ///< Hex.
    std::string fingerprint;  ///< 64 hex digits, SHA-256 of the leaf.
    TimePoint not_before;
    TimePoint not_after;
};

/// A new ECDSA P-256 key and a PKCS #10 request for the names.
Result<SiteRequest> create_site_request(const std::vector<std::string>& names);
/// Invalid when the text is not 1-10 certificates of which the first fits the key and is in time.
Result<ChainFacts> check_chain(std::string_view chain_pem, std::string_view key_pem, TimePoint now);

}  // namespace hostelry::agent
