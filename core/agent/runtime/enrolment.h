#pragma once
// How a server becomes the panel's: it makes a key, proves itself with a one-time token and gets a
// certificate; the panel proves itself with the fingerprint given beside the token.

#include "core/agent/runtime/identity.h"
#include "core/base/result.h"

#include <string>

namespace hostelry::agent {

struct EnrolmentOrder {
    PanelAddress panel;
    std::string server_id;
    std::string token;
    std::string ca_fingerprint;
};

/// Unauthenticated when the panel is not the expected one or refuses the token; nothing is stored.
Result<Identity> enrol(const EnrolmentOrder& order);

/// True when the certificate belongs to the key and names the server.
bool is_own_certificate(
    const std::string& certificate_pem, const std::string& key_pem, const std::string& server_id
);

}  // namespace hostelry::agent
