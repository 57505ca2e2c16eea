#pragma once
// The front door of sign-in: who is asking, sessions, and the one-time links that make the first
// person and set passwords.

#include "core/features/auth/permissions.h"
#include "core/features/auth/session_store.h"
#include "core/features/shell/shell.h"
#include "core/features/users/users.h"
#include "core/platform/cache/cache.h"
#include "core/platform/db/database.h"
#include "core/platform/http/route.h"
#include "core/platform/queue/queue.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::auth {

struct SignIn {
    std::string email;
    std::string password;
};

/// What the setup link asks for.
struct SetUp {
    std::string company;  ///< Name of the root tenant.
    std::string name;
    std::string email;
    std::string password;
    std::string time_zone = "UTC";
};

/// Where a request comes from.
struct Origin {
    std::string client_address;
    std::string user_agent;
    std::string request_id;
};

class Auth final : public http::Authenticator {
public:
    struct Needs {
        db::Database& database;
        const Clock& clock;
        Random& random;
        cache::RateLimiter& limiter;
        users::Users& users;
        shell::Shell& shell;
    };
    explicit Auth(Needs needs) : needs_(needs) {}

    void add_routes(http::Router& router);
    /// "sessions.purge", nightly.
    void add_jobs(queue::Registry& registry);

    /// By the session cookie, in one round trip. A stale cookie is nobody.
    Result<std::optional<http::Principal>> authenticate(const http::Request& request) override;
    std::vector<std::string> ended_sessions(const std::vector<std::string>& session_keys) override;

    /// While the installation has no superadmin: a fresh one-time link "<base>/setup/<token>"
    /// (earlier ones stop working). Nothing afterwards.
    Result<std::optional<std::string>> setup_url(const std::string& base);

    // Operations.

    /// The same refusal, after the same work, for an unknown address, a wrong password and a
    /// suspended account. RateLimited per account and per address.
    Result<NewSession> sign_in(const SignIn& request, const Origin& origin);
    Result<void> sign_out(const http::Principal& principal, const Origin& origin);
    /// NotFound for what is not the home or below it, as for a made-up id.
    Result<std::string> act_in(
        const http::Principal& principal, TenantId tenant, const Origin& origin
    );
    Result<bool> is_setup_link(const std::string& token);
    /// Makes or names the root tenant and the first superadmin, and signs them in.
    Result<NewSession> set_up(const std::string& token, const SetUp& request, const Origin& origin);
    /// Guesses at one-time links count by address. RateLimited.
    Result<void> count_link_guess(const std::string& client_address);

private:
    Result<void> count_attempt(const std::string& account, const Origin& origin);
    Result<NewSession> start_session(
        const users::Account& account,
        const Origin& origin,
        const std::optional<std::string>& better_hash
    );
    void note_refusal(const std::optional<users::Account>& account, const Origin& origin);

    Needs needs_;
};

/// `next` when it is an own path that may be gone to, else "/".
std::string own_path_or_home(std::string_view next);

}  // namespace hostelry::auth

template <>
const hostelry::Description& hostelry::describe<hostelry::auth::SignIn>();
template <>
const hostelry::Description& hostelry::describe<hostelry::auth::SetUp>();
