#pragma once
// The front door of people: who they are, what they may change, and their passwords. Sessions are
// the auth feature's.

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/features/shell/shell.h"
#include "core/features/users/caller.h"
#include "core/features/users/role.h"
#include "core/features/users/time_zones.h"
#include "core/features/users/user.h"
#include "core/features/users/user_store.h"
#include "core/platform/cache/cache.h"
#include "core/platform/db/database.h"
#include "core/platform/http/route.h"

#include <functional>
#include <optional>
#include <string>

namespace hostelry::users {

/// What sign-in needs to know about an address. Found without a tenant.
struct Account {
    TenantId tenant;
    UserId user;
    Role role = Role::Client;
    std::optional<std::string> password_hash;
    bool is_active = false;  ///< Neither the person nor a tenant above is suspended.
};

/// Whose password a link sets.
struct LinkOwner {
    TenantId tenant;
    UserId user;
    std::string name;
    std::string email;
};

class Users {
public:
    struct Needs {
        db::Database& database;
        const Clock& clock;
        Random& random;
        cache::RateLimiter& limiter;
        shell::Shell& shell;
        /// "https://panel.example.com", without a slash at the end: what links begin with.
        std::function<std::string()> public_url;
    };
    explicit Users(Needs needs) : needs_(std::move(needs)) {}

    void add_routes(http::Router& router);

    // Operations. Each checks the caller's rank (Forbidden), sees only the tree of the caller's
    // tenant (NotFound), and is one transaction with its event.

    /// A `request_key` seen before in that tenant answers the person made then.
    Result<User> create(
        const Caller& caller,
        const CreateUser& request,
        const std::optional<std::string>& request_key = {}
    );
    /// The same inside the caller's transaction; `password_hash` because hashing is too slow for
    /// one.
    Result<User> create_in(
        db::Transaction& tx,
        const Caller& caller,
        const CreateUser& request,
        const std::optional<std::string>& password_hash,
        const std::optional<std::string>& request_key = {}
    );
    Result<User> get(const Caller& caller, UserId id);
    /// The tenant a person is to live in; NotFound for a deleted, foreign or made-up one.
    Result<Home> home_of(const Caller& caller, TenantId tenant);
    /// For forms that create: see create().
    std::string new_request_key();
    Result<UserPage> list(
        const Caller& caller,
        const UserFilter& filter,
        std::int64_t offset = 0,
        std::int64_t count_max = 100
    );
    /// Answers nothing for an unknown address; for the command line.
    Result<std::optional<User>> find_by_email(const Caller& caller, const std::string& email);
    /// Another role ends the person's sessions.
    Result<User> update(const Caller& caller, UserId id, const UpdateUser& request);
    Result<User> update_profile(const Caller& caller, TenantId home, const UpdateProfile& request);
    Result<User> suspend(const Caller& caller, UserId id);
    Result<User> resume(const Caller& caller, UserId id);
    Result<void> remove(const Caller& caller, UserId id);
    /// Those who live in a tenant, in the caller's transaction; at most 500.
    std::vector<User> of_tenant(db::Transaction& tx, TenantId tenant);
    /// Everybody of the tenant and of those below it signs in again, once they may.
    void end_sessions_below(db::Transaction& tx, TenantId tenant);
    /// Everybody of a tenant that is being deleted, in its transaction.
    void remove_all_in(db::Transaction& tx, const Caller& caller, TenantId tenant);

    /// A one-time link for setting a password; earlier ones of that person stop working.
    Result<PasswordLink> make_password_link(const Caller& caller, UserId id);
    /// Nothing for a link that is unknown, used or expired.
    Result<std::optional<LinkOwner>> find_link_owner(const std::string& token);
    /// Sets the password, ends all sessions and uses the link up. NotFound when somebody was
    /// faster.
    Result<void> set_password_by_link(
        const std::string& token,
        const std::string& password,
        const std::string& client_address,
        const std::string& request_id
    );
    /// The person's own. Ends all sessions, the one at hand too.
    Result<void> change_password(
        const Caller& caller, TenantId home, const ChangePassword& request
    );

    /// For sign-in.
    Result<std::optional<Account>> find_account(const std::string& email);

private:
    Needs needs_;
};

}  // namespace hostelry::users
