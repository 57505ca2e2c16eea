#include "core/features/certificates/acme_client.h"

#include <nlohmann/json.hpp>

namespace hostelry::certificates {

using nlohmann::json;

namespace {

constexpr auto kReadAccountSql =
    "select key_sealed, thumbprint, account_url from hostelry.acme_accounts where directory = $1";
constexpr auto kWriteAccountSql = R"(
    insert into hostelry.acme_accounts (directory, key_sealed, thumbprint) values ($1, $2, $3)
    on conflict (directory) do nothing)";
constexpr auto kSetAccountUrlSql =
    "update hostelry.acme_accounts set account_url = $2 where directory = $1";
constexpr auto kUnknownAccount = "accountDoesNotExist";

constexpr int kPollsMax = 60;
constexpr std::chrono::milliseconds kFirstPause{250};
constexpr std::chrono::milliseconds kLongestPause{3000};

std::string key_context(const std::string& directory) {
    return "acme_accounts:key_sealed::" + directory;
}

/// Grows from a quarter of a second to three; false when the work shall stop.
bool pause(const OrderWatch& watch, int poll) {
    auto length = kFirstPause * (1 << std::min(poll, 4));
    return watch.sleep(std::min<std::chrono::milliseconds>(length, kLongestPause));
}

tl::unexpected<Error> stopped() {
    return fail(ErrorCode::Cancelled, "Getting the certificate was stopped.");
}

std::string problem_of(const json& answer, const char* otherwise) {
    const auto problem = answer.value("problem", "");
    return problem.empty() ? otherwise : problem;
}

}  // namespace

Result<AcmeClient::Account> AcmeClient::account() {
    for (int attempt = 0; attempt < 2; ++attempt) {
        struct Row {
            std::string sealed;
            Account account;
        };
        const auto row =
            TRY(needs_.database.in_system([&](db::Transaction& tx) -> Result<std::optional<Row>> {
                const auto found = tx.query_optional(kReadAccountSql, needs_.directory);
                if (!found) {
                    return std::nullopt;
                }
                return Row{(*found)[0].text(), {{}, (*found)[1].text(), (*found)[2].text()}};
            }));
        if (row) {
            auto account = row->account;
            account.key_text = TRY(needs_.sealer.open(row->sealed, key_context(needs_.directory)));
            return account;
        }
        TRY(make_key());
    }
    return fail(ErrorCode::Internal, "The ACME account key could not be kept.");
}

Result<void> AcmeClient::make_key() {
    const auto made = TRY(helper_.ask("key.new", json::object()));
    return needs_.database.in_system([&](db::Transaction& tx) -> Result<void> {
        tx.execute(
            kWriteAccountSql,
            needs_.directory,
            needs_.sealer.seal(made.at("key").dump(), key_context(needs_.directory)),
            made.at("thumbprint").get<std::string>()
        );
        return {};
    });
}

Result<std::string> AcmeClient::thumbprint() {
    const auto found = TRY(account());
    return found.thumbprint;
}

Result<json> AcmeClient::ask(
    const std::string& action, const Account& account, json request, AcmeRefusal* refusal
) {
    request["directory"] = needs_.directory;
    request["ca_file"] = needs_.extra_ca;
    request["key"] = json::parse(account.key_text);
    request["account_url"] = account.url;
    return helper_.ask(action, request, refusal);
}

Result<AcmeClient::Account> AcmeClient::registered_account() {
    auto found = TRY(account());
    if (!found.url.empty()) {
        return found;
    }
    // An account that is there already is answered again, so a repeat after a crash is fine.
    const auto made = TRY(ask("account.register", found, {{"contact", needs_.contact}}));
    found.url = made.at("account_url").get<std::string>();
    TRY(needs_.database.in_system([&](db::Transaction& tx) -> Result<void> {
        tx.execute(kSetAccountUrlSql, needs_.directory, found.url);
        return {};
    }));
    return found;
}

Result<void> AcmeClient::forget_registration() {
    return needs_.database.in_system([&](db::Transaction& tx) -> Result<void> {
        tx.execute(kSetAccountUrlSql, needs_.directory, "");
        return {};
    });
}

Result<json> AcmeClient::begin_order(Account& account, const std::vector<std::string>& names) {
    AcmeRefusal refusal;
    auto order = ask("order.new", account, {{"names", names}}, &refusal);
    if (order || refusal.kind != kUnknownAccount) {
        return order;
    }
    TRY(forget_registration());
    account = TRY(registered_account());
    return ask("order.new", account, {{"names", names}});
}

Result<void> AcmeClient::prove(
    const Account& account, const std::string& url, const OrderWatch& watch
) {
    bool answered = false;
    for (int poll = 0; poll < kPollsMax; ++poll) {
        const auto authorization = TRY(ask("authorization.get", account, {{"url", url}}));
        const auto status = authorization.value("status", "");
        const auto name = authorization.value("name", "");
        if (status == "valid") {
            return {};
        }
        if (status != "pending") {
            return fail(
                ErrorCode::ProviderRefused,
                name + ": " + problem_of(authorization, "the certificate authority refused.")
            );
        }
        if (!answered) {
            const auto challenge = authorization.value("challenge_url", "");
            if (challenge.empty()) {
                return fail(
                    ErrorCode::Unsupported,
                    "The certificate authority offers no HTTP challenge for " + name + "."
                );
            }
            if (authorization.value("challenge_status", "") == "pending") {
                TRY(ask("challenge.answer", account, {{"url", challenge}}));
            }
            answered = true;
            watch.note("The certificate authority looks at " + name);
        }
        if (!pause(watch, poll)) {
            return stopped();
        }
    }
    return fail(
        ErrorCode::Timeout, "The certificate authority does not finish looking at the domain."
    );
}

Result<json> AcmeClient::wait_for_order(
    const Account& account,
    const std::string& url,
    const std::string& until,
    const OrderWatch& watch
) {
    for (int poll = 0; poll < kPollsMax; ++poll) {
        auto order = TRY(ask("order.get", account, {{"url", url}}));
        const auto status = order.value("status", "");
        if (status == until || status == "valid") {
            return order;
        }
        if (status == "invalid") {
            return fail(
                ErrorCode::ProviderRefused, problem_of(order, "The certificate authority refused.")
            );
        }
        if (!pause(watch, poll)) {
            return stopped();
        }
    }
    return fail(ErrorCode::Timeout, "The certificate authority does not finish the order.");
}

Result<std::string> AcmeClient::order(
    const std::vector<std::string>& names, const std::string& csr_pem, const OrderWatch& watch
) {
    auto account = TRY(registered_account());
    auto order = TRY(begin_order(account, names));
    const auto url = order.at("order_url").get<std::string>();
    for (const auto& authorization : order.at("authorizations")) {
        TRY(prove(account, authorization.get<std::string>(), watch));
    }
    order = TRY(wait_for_order(account, url, "ready", watch));
    if (order.value("status", "") == "ready") {
        watch.note("The certificate is being signed");
        TRY(
            ask("order.finalize",
                account,
                {{"url", order.at("finalize")}, {"order_url", url}, {"csr_pem", csr_pem}})
        );
        order = TRY(wait_for_order(account, url, "valid", watch));
    }
    const auto answer =
        TRY(ask("certificate.get", account, {{"url", order.value("certificate", "")}}));
    return answer.at("chain_pem").get<std::string>();
}

}  // namespace hostelry::certificates
