#pragma once
// The command line on the panel's own machine needs no sign-in: whoever may read the state folder
// is the operator. A random key lies there (mode 0600, made at each start); the API takes it as a
// bearer token from loopback addresses only.

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/platform/db/database.h"
#include "core/platform/http/route.h"

#include <memory>
#include <string>

namespace hostelry::app {

/// What `<state>/panel.json` tells the command line, or its options about another panel.
struct PanelAddress {
    std::string url;      ///< "http://127.0.0.1:8080"
    std::string key;      ///< "op_" and a token; for another panel an API key.
    std::string ca_file;  ///< Authorities to trust instead of the system's; mostly empty.
};

/// Makes a new key and writes the file. Internal when the folder cannot be written.
Result<PanelAddress> write_panel_address(
    const std::string& state_dir, std::string url, Random& random
);
/// Unavailable with "is the panel running?" when there is none.
Result<PanelAddress> read_panel_address(const std::string& state_dir);

/// Asks the operator key first and the sign-in feature for everything else.
class OperatorAuthenticator final : public http::Authenticator {
public:
    OperatorAuthenticator(db::Database& database, http::Authenticator& people)
        : database_(database), people_(people) {}

    /// Before the server starts; without a key nobody is the operator.
    void set_key(const std::string& key);

    Result<std::optional<http::Principal>> authenticate(const http::Request& request) override;
    std::vector<std::string> ended_sessions(const std::vector<std::string>& session_keys) override;

private:
    Result<std::optional<http::Principal>> operator_principal();

    db::Database& database_;
    http::Authenticator& people_;
    std::string key_hash_;
};

}  // namespace hostelry::app
