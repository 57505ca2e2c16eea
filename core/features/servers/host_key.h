#pragma once
// The SSH key by which a server proves that it is the one that was meant.

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace hostelry::servers {

struct HostKey {
    std::string algorithm;  ///< "ssh-ed25519"
    std::string blob;       ///< base64

    std::string line() const { return algorithm + " " + blob; }
    /// "SHA256:..." as ssh and ssh-keygen show it.
    std::string fingerprint() const;
    /// One line of a known_hosts file.
    std::string known_hosts_line(std::string_view address, std::int64_t port) const;
};

/// "ssh-ed25519 AAAA... [comment]", also with a host name in front, as ssh-keyscan prints it.
/// Invalid for anything else.
Result<HostKey> parse_host_key(std::string_view text);

/// Asks the server (ssh-keyscan). Unavailable when nothing answers there. The answer is only a
/// claim until a person compared the fingerprint.
Result<HostKey> scan_host_key(const std::string& address, std::int64_t port);

/// That of the machine we run on, from its SSH server's files; the best by algorithm. NotFound
/// when it has none.
Result<HostKey> own_host_key(const std::string& folder = "/etc/ssh");

}  // namespace hostelry::servers
