#pragma once

#include "core/base/lock_guarded.h"
#include "core/base/result.h"

#include <memory>
#include <string>
#include <vector>

namespace Poco::Net {
class Context;
}

namespace hostelry::http {

/// Certificate and ciphers of a TLS listener. Reloading swaps them for new connections; those that
/// stand keep theirs. May be used from all threads.
class TlsContext {
public:
    /// PEM files: the chain with the leaf first, and its key. Invalid with the reason when they do
    /// not fit.
    static Result<std::shared_ptr<TlsContext>> load(
        const std::string& chain_file, const std::string& key_file
    );

    /// Reads the files again. On an error the old certificate stays in use.
    Result<void> reload();

    /// For Transport; alive as long as somebody holds it.
    std::shared_ptr<const Poco::Net::Context> current() const;

private:
    TlsContext(std::string chain_file, std::string key_file);

    std::string chain_file_;
    std::string key_file_;
    LockGuarded<std::shared_ptr<const Poco::Net::Context>> context_;
};

/// Writes a self-signed ECDSA certificate (P-256, 825 days) for the given DNS names and addresses,
/// the key with mode 0600. Returns the SHA-256 fingerprint as "AB:CD:...".
Result<std::string> make_self_signed(
    const std::vector<std::string>& names,
    const std::string& chain_file,
    const std::string& key_file
);

/// SHA-256 fingerprint of the first certificate of a PEM file.
Result<std::string> certificate_fingerprint(const std::string& chain_file);

}  // namespace hostelry::http
