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

constexpr auto kUnknownOrder = "malformed";  // RFC 8555 has no kind of its own for it.

constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{3000};
constexpr int kDoublingsMax = 5;

std::string key_context(const std::string& directory) {
    return "acme_accounts:key_sealed::" + directory;
}

/// Grows from a tenth of a second to three, but is never shorter than the authority asks for.
std::chrono::milliseconds pause_before(int look, const json& answer) {
    const std::chrono::milliseconds ours = kFirstPause * (1 << std::min(look, kDoublingsMax));
    const std::chrono::milliseconds theirs{answer.value("retry_after_ms", std::int64_t{0})};
    return std::max(std::min(ours, kLongestPause), theirs);
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

Result<json> AcmeClient::new_order(Account& account, const std::vector<std::string>& names) {
    AcmeRefusal refusal;
    auto order = ask("order.new", account, {{"names", names}}, &refusal);
    if (order || refusal.kind != kUnknownAccount) {
        return order;
    }
    TRY(forget_registration());
    account = TRY(registered_account());
    return ask("order.new", account, {{"names", names}});
}

Result<void> AcmeClient::answer_challenge(
    const Account& account, const std::string& authorization, const OrderWatch& watch
) {
    const auto asked = TRY(ask("authorization.get", account, {{"url", authorization}}));
    if (asked.value("status", "") != "pending") {
        return {};  // Proven lately; a refused one shows in its order.
    }
    const auto name = asked.value("name", "");
    const auto challenge = asked.value("challenge_url", "");
    if (challenge.empty()) {
        return fail(
            ErrorCode::Unsupported,
            "The certificate authority offers no HTTP challenge for " + name + "."
        );
    }
    if (asked.value("challenge_status", "") == "pending") {
        TRY(ask("challenge.answer", account, {{"url", challenge}}));
    }
    watch.note("The certificate authority looks at " + name);
    return {};
}

Result<AcmeOrder> AcmeClient::begin(
    const std::vector<std::string>& names, const OrderWatch& watch
) {
    auto account = TRY(registered_account());
    const auto made = TRY(new_order(account, names));
    AcmeOrder order{
        .url = made.at("order_url"),
        .finalize = made.at("finalize"),
        .authorizations = made.at("authorizations")};
    for (const auto& authorization : order.authorizations) {
        TRY(answer_challenge(account, authorization, watch));
    }
    return order;
}

Error AcmeClient::refusal_of(const Account& account, const json& order) {
    Error error;
    error.code = ErrorCode::ProviderRefused;
    error.message = problem_of(order, "The certificate authority refused.");
    for (const auto& url : order.at("authorizations")) {
        const auto authorization = ask("authorization.get", account, {{"url", url}});
        if (authorization && authorization->value("status", "") == "invalid") {
            error.message = authorization->value("name", "") + ": " +
                            problem_of(*authorization, "the certificate authority refused.");
            break;
        }
    }
    return error;
}

Result<json> AcmeClient::look(
    const Account& account,
    const AcmeOrder& order,
    const std::string& csr_pem,
    const OrderWatch& watch
) {
    AcmeRefusal refusal;
    auto seen = ask("order.get", account, {{"url", order.url}}, &refusal);
    if (!seen) {
        if (refusal.kind == kUnknownAccount || refusal.kind == kUnknownOrder) {
            return fail(
                ErrorCode::NotFound, "The certificate authority does not know the order any more."
            );
        }
        return seen;
    }
    if (seen->value("status", "") != "ready") {
        return seen;
    }
    watch.note("The certificate is being signed");
    return ask(
        "order.finalize",
        account,
        {{"url", order.finalize}, {"order_url", order.url}, {"csr_pem", csr_pem}}
    );
}

Result<OrderProgress> AcmeClient::go_on(
    const AcmeOrder& order, const std::string& csr_pem, const OrderWatch& watch
) {
    const auto account = TRY(registered_account());
    std::chrono::milliseconds waited{0};
    for (int number = 0;; ++number) {
        const auto seen = TRY(look(account, order, csr_pem, watch));
        const auto status = seen.value("status", "");
        if (status == "valid") {
            const auto answer =
                TRY(ask("certificate.get", account, {{"url", seen.value("certificate", "")}}));
            return OrderProgress{.chain_pem = answer.at("chain_pem").get<std::string>()};
        }
        if (status == "invalid") {
            return tl::unexpected(refusal_of(account, seen));
        }
        const auto pause = pause_before(number, seen);
        if (waited + pause > watch.patience) {
            return OrderProgress{.chain_pem = {}, .look_again_in = pause};
        }
        if (!watch.sleep(pause)) {
            return stopped();
        }
        waited += pause;
    }
}

}  // namespace hostelry::certificates
