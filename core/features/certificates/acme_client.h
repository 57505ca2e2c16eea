#pragma once
// Certificates from an ACME authority (RFC 8555, HTTP-01). Waiting is done here; the helper only
// speaks.

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/features/certificates/acme_helper_process.h"
#include "core/platform/crypto/sealing.h"
#include "core/platform/db/database.h"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>
#include <vector>

namespace hostelry::certificates {

/// How the caller waits and speaks; lives during one call.
struct OrderWatch {
    std::function<void(const std::string& note)> note;
    /// Sleeps; false when the work shall stop.
    std::function<bool(std::chrono::milliseconds)> sleep;
};

class AcmeClient {
public:
    struct Needs {
        db::Database& database;
        const crypto::Sealer& sealer;
        std::string directory;
        std::string contact;
        std::string helper;
        std::string extra_ca;
    };
    explicit AcmeClient(Needs needs) : needs_(std::move(needs)), helper_(needs_.helper) {}

    /// Of the account key, which is made and sealed on first use.
    Result<std::string> thumbprint();
    /// The chain in PEM. The names already answer the challenge (the web server does so without a
    /// token list).
    Result<std::string> order(
        const std::vector<std::string>& names, const std::string& csr_pem, const OrderWatch& watch
    );

private:
    struct Account {
        std::string key_text;
        std::string thumbprint;
        std::string url;
    };
    Result<Account> account();
    Result<Account> registered_account();
    Result<void> make_key();
    Result<void> forget_registration();
    Result<nlohmann::json> ask(
        const std::string& action,
        const Account& account,
        nlohmann::json request,
        AcmeRefusal* refusal = nullptr
    );
    /// Registers once more when the authority has forgotten the account.
    Result<nlohmann::json> begin_order(Account& account, const std::vector<std::string>& names);
    Result<void> prove(
        const Account& account, const std::string& authorization, const OrderWatch& watch
    );
    Result<nlohmann::json> wait_for_order(
        const Account& account,
        const std::string& url,
        const std::string& until,
        const OrderWatch& watch
    );

    Needs needs_;
    AcmeHelperProcess helper_;
};

}  // namespace hostelry::certificates
