#pragma once

#include "core/features/users/user.h"
#include "core/platform/db/transaction.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::users {

struct UserFilter {
    std::string words;               ///< In name or address; empty: all.
    std::optional<TenantId> tenant;  ///< Only those who live there.
    std::string state;               ///< "active", "suspended" or empty for both.
};

struct UserPage {
    std::vector<User> users;
    std::int64_t matching = 0;                        ///< All that fit the filter.
    std::int64_t all = 0, active = 0, suspended = 0;  ///< Those that fit its words.
};

/// Facts of the tenant a person lives in or is put into.
struct Home {
    std::string kind;
    std::string state;
};

/// The only SQL of the feature. Every call sees the tree of the transaction's tenant.
class UserStore {
public:
    explicit UserStore(db::Transaction& tx) : tx_(tx) {}

    /// Ordered by name. `offset` counts rows.
    UserPage list(const UserFilter& filter, std::int64_t offset, std::int64_t count_max);
    std::optional<User> find(UserId id);
    /// NotFound, the same for a foreign and for a made-up id.
    Result<User> get(UserId id);
    /// The same, and nobody else changes it until the transaction ends.
    Result<User> get_locked(UserId id);
    std::optional<User> find_by_request_key(TenantId tenant, const std::string& key);
    std::optional<Home> find_home(TenantId tenant);
    /// The same; it cannot be deleted before the transaction ends.
    std::optional<Home> hold_home(TenantId tenant);

    /// Conflict on field "email" when the address is in use anywhere.
    Result<void> insert(
        const User& user,
        const std::optional<std::string>& password_hash,
        const std::optional<std::string>& request_key
    );
    Result<void> update(const User& user);
    void set_state(const User& user, std::string_view state);
    /// Links that were given out for another password stop working.
    void set_password(const User& user, const std::string& password_hash);
    void end_sessions(const User& user, TimePoint now);
    /// Of everybody in the tenant and below it.
    void end_sessions_below(TenantId tenant, TimePoint now);
    void remove(const User& user);

    std::optional<std::string> password_hash(UserId id);
    /// Locks all superadmins, so that two of them cannot remove each other at once; counts the
    /// active ones.
    std::int64_t lock_active_superadmins();

    void add_password_link(
        const User& user,
        const Uuid& id,
        const std::string& token_hash,
        TimePoint now,
        TimePoint expires_at
    );
    /// False when it was used or expired before.
    bool use_password_link(const std::string& token_hash, TimePoint now);

private:
    db::Transaction& tx_;
};

}  // namespace hostelry::users
