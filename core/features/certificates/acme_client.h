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

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::certificates {

/// An order at the authority: what another process needs to go on with it. Nothing secret.
struct AcmeOrder {
    std::string url;
    std::string finalize;
    std::vector<std::string> authorizations;
};

/// How far an order is: its chain in PEM, or when the authority wants to be asked again.
struct OrderProgress {
    std::optional<std::string> chain_pem;
    std::chrono::milliseconds look_again_in{0};
};

/// How the caller waits and speaks; lives during one call.
struct OrderWatch {
    std::function<void(const std::string& note)> note;
    /// Sleeps; false when the work shall stop.
    std::function<bool(std::chrono::milliseconds)> sleep;
    /// How long one call may wait in all.
    std::chrono::milliseconds patience{10000};
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
    /// Orders and tells the authority to look. The names already answer the challenge (the web
    /// server does so without a token list). The authority then works while others do.
    Result<AcmeOrder> begin(const std::vector<std::string>& names, const OrderWatch& watch);
    /// Waits for the authority, hands it the signing request and fetches the chain. May be called
    /// again with the same request, from any process. ProviderRefused with the reason when the
    /// authority refuses; NotFound when it does not know the order (any more).
    Result<OrderProgress> go_on(
        const AcmeOrder& order, const std::string& csr_pem, const OrderWatch& watch
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
    Result<nlohmann::json> new_order(Account& account, const std::vector<std::string>& names);
    Result<void> answer_challenge(
        const Account& account, const std::string& authorization, const OrderWatch& watch
    );
    /// One look at the order, with the next move if it is ours.
    Result<nlohmann::json> look(
        const Account& account,
        const AcmeOrder& order,
        const std::string& csr_pem,
        const OrderWatch& watch
    );
    /// Why the authority refuses.
    Error refusal_of(const Account& account, const nlohmann::json& order);

    Needs needs_;
    AcmeHelperProcess helper_;
};

}  // namespace hostelry::certificates
