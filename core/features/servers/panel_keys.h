#pragma once
// The keys of this installation towards its servers: the SSH key pair with which it signs in, and
// the CA of its agents. Made when first needed, private parts sealed in the database.

#include "core/agent/protocol/agent_ca.h"
#include "core/base/clock.h"
#include "core/platform/crypto/sealing.h"
#include "core/platform/db/database.h"

#include <string>

namespace hostelry::servers {

struct SshKeyPair {
    std::string public_key;   ///< One line, as it stands in authorized_keys.
    std::string private_key;  ///< OpenSSH's own format.
};

class PanelKeys {
public:
    struct Needs {
        db::Database& database;
        const Clock& clock;
        const crypto::Sealer& sealer;
        std::string scratch_folder;
    };
    explicit PanelKeys(Needs needs);

    Result<SshKeyPair> ssh();
    Result<std::string> ssh_public_key();
    Result<agent::KeyAndCertificate> agent_ca();

private:
    struct Stored {
        std::string public_text;
        std::string key;
    };
    Result<std::optional<Stored>> find(std::string_view name);
    /// Two processes may make one at the same time: the first one stays, both use it.
    Result<Stored> keep(std::string_view name, const Stored& made);
    Result<Stored> make_ssh();
    Result<Stored> make_agent_ca();

    Needs needs_;
};

}  // namespace hostelry::servers
