#pragma once

#include "core/platform/http/message.h"

#include <string>

namespace hostelry::http {

/// The header lines that every answer carries, errors, fragments and files included: content policy
/// with this answer's nonce, and rule 26 of the security design. Each line ends with CR LF.
std::string security_headers(
    const Response& response, const std::string& nonce, const std::string& request_id
);

}  // namespace hostelry::http
