// Signing in and out, and acting in a tenant below one's own.

#include "core/base/text.h"
#include "core/features/auth/auth.h"
#include "core/platform/crypto/password.h"
#include "core/platform/crypto/token.h"
#include "core/platform/http/address.h"
#include "core/platform/log/log.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hostelry::auth {
namespace {

constexpr cache::RateLimit kAttemptsOfAccount{20, std::chrono::minutes{10}, 10};
constexpr cache::RateLimit kAttemptsOfAddress{60, std::chrono::minutes{10}, 40};
constexpr cache::RateLimit kGuessesAtLinks{30, std::chrono::minutes{10}, 30};

constexpr std::string_view kFoldedAddressSql = "select lower($1::text)";
constexpr std::string_view kRootTenantSql = "select hostelry.root_tenant() as id";

/// One key for every spelling that the database takes for the same address. Beyond ASCII only the
/// database knows them: to it the Kelvin sign is a "k".
Result<std::string> account_key(db::Database& database, const std::string& email) {
    auto address = lower_ascii(trim(email));
    const bool is_ascii = std::all_of(address.begin(), address.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x80;
    });
    if (!is_ascii) {
        address = TRY(database.single_statement(kFoldedAddressSql, address))[0][0].text();
    }
    return "sign-in:account:" + crypto::token_hash(address);
}

Result<void> take_attempt(
    cache::RateLimiter& limiter, const std::string& key, const cache::RateLimit& limit
) {
    const auto decision = limiter.take(key, limit);
    if (decision.allowed) {
        return {};
    }
    Error error{
        ErrorCode::RateLimited,
        "Too many attempts. Wait a few minutes, then try again.",
        {},
        {},
        {},
        false};
    error.retry_after = decision.retry_after;
    return tl::unexpected(std::move(error));
}

tl::unexpected<Error> refused() {
    return fail(ErrorCode::Unauthenticated, "E-mail and password do not match an account.");
}

events::NewEvent session_event(std::string type, TenantId tenant, const Origin& origin) {
    return {
        .type = std::move(type),
        .tenant = tenant,
        .client_address = origin.client_address,
        .request_id = origin.request_id,
    };
}

}  // namespace

Result<void> Auth::count_attempt(const std::string& account, const Origin& origin) {
    TRY(take_attempt(
        needs_.limiter,
        "sign-in:address:" + http::subscriber_of(origin.client_address),
        kAttemptsOfAddress
    ));
    return take_attempt(needs_.limiter, account, kAttemptsOfAccount);
}

Result<void> Auth::count_link_guess(const std::string& client_address) {
    return take_attempt(
        needs_.limiter, "link:address:" + http::subscriber_of(client_address), kGuessesAtLinks
    );
}

Result<NewSession> Auth::sign_in(const SignIn& request, const Origin& origin) {
    const auto key = TRY(account_key(needs_.database, request.email));
    TRY(count_attempt(key, origin));
    const auto account = TRY(needs_.users.find_account(request.email));
    bool matches = false;
    if (account && account->password_hash) {
        matches = crypto::verify_password(request.password, *account->password_hash);
    } else {
        crypto::spend_verification(request.password);
    }
    if (!matches || !account->is_active) {
        note_refusal(account, origin);
        return refused();
    }
    const auto& hash = *account->password_hash;
    const auto better = crypto::needs_rehash(hash)
                            ? std::optional{crypto::hash_password(request.password)}
                            : std::nullopt;
    auto session = start_session(*account, origin, better);
    if (session) {
        needs_.limiter.forget(key);
    } else if (session.error().code == ErrorCode::Unauthenticated) {
        note_refusal(account, origin);
    }
    return session;
}

Result<NewSession> Auth::start_session(
    const users::Account& account,
    const Origin& origin,
    const std::optional<std::string>& better_hash
) {
    const NewSession session{
        crypto::make_token(needs_.random), new_uuid(needs_.clock, needs_.random)};
    const SessionStart start{
        account.tenant,
        account.user,
        account.role,
        needs_.clock.now(),
        origin.client_address,
        origin.user_agent};
    return needs_.database.in_tenant(
        account.tenant,
        [&](db::Transaction& tx) -> Result<NewSession> {
            SessionStore store{tx};
            if (!store.note_sign_in(start, account.password_hash.value_or(""), better_hash)) {
                return refused();
            }
            store.insert(start, session);
            auto event = session_event("session.started", account.tenant, origin);
            event.actor = account.user;
            event.subject_type = "session";
            event.subject_id = session.id;
            events::publish(tx, event);
            return session;
        }
    );
}

/// Written for an unknown address too, so that both answers take the same time. The typed address
/// is left out: people type their password there.
void Auth::note_refusal(const std::optional<users::Account>& account, const Origin& origin) {
    const auto tenant =
        account ? Result<TenantId>(account->tenant)
                : needs_.database.single_statement(kRootTenantSql).map([](const db::Rows& rows) {
                      return TenantId{rows.front()["id"].optional_uuid().value_or(Uuid{})};
                  });
    if (!tenant || tenant->is_nil()) {
        return;
    }
    const auto written =
        needs_.database.in_tenant(*tenant, [&](db::Transaction& tx) -> Result<void> {
            auto event = session_event("session.refused", *tenant, origin);
            if (account) {
                event.subject_type = "user";
                event.subject_id = account->user.uuid;
            }
            event.data = nlohmann::json{
                {"reason",
                 !account             ? "unknown address"
                 : account->is_active ? "wrong password"
                                      : "not active"}};
            events::publish(tx, event);
            return {};
        });
    if (!written) {
        log::warn(
            "auth", "A refused sign-in could not be recorded.", {{"cause", written.error().cause}}
        );
    }
}

Result<void> Auth::sign_out(const http::Principal& principal, const Origin& origin) {
    const auto session = Uuid::parse(principal.session_key).value_or(Uuid{});
    return needs_.database.in_tenant(principal.home, [&](db::Transaction& tx) -> Result<void> {
        if (SessionStore{tx}.end(session, needs_.clock.now())) {
            auto event = session_event("session.ended", principal.home, origin);
            event.actor = principal.user;
            event.subject_type = "session";
            event.subject_id = session;
            events::publish(tx, event);
        }
        return {};
    });
}

Result<std::string> Auth::act_in(
    const http::Principal& principal, TenantId tenant, const Origin& origin
) {
    const auto session = Uuid::parse(principal.session_key).value_or(Uuid{});
    return needs_.database.in_tenant(
        principal.home,
        [&](db::Transaction& tx) -> Result<std::string> {
            SessionStore store{tx};
            auto name = store.tenant_name(tenant);
            if (!name) {
                return fail(ErrorCode::NotFound, "There is no such account.");
            }
            store.act_in(session, tenant);
            auto event = session_event("session.acting_in", tenant, origin);
            event.actor = principal.user;
            event.subject_type = "tenant";
            event.subject_id = tenant.uuid;
            events::publish(tx, event);
            return *std::move(name);
        }
    );
}

}  // namespace hostelry::auth
