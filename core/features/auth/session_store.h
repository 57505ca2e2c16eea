#pragma once

#include "core/features/users/users.h"
#include "core/platform/db/database.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::auth {

inline constexpr std::string_view kSessionCookie = "__Host-session";
inline constexpr std::chrono::minutes kIdleMax{30};
inline constexpr std::chrono::minutes kIdleMaxOfStaff{15};
inline constexpr std::chrono::hours kSessionLifeMax{12};

/// A session that was just begun. The token goes to the browser and is kept nowhere.
struct NewSession {
    std::string token;
    Uuid id;
};

struct SessionStart {
    TenantId home;
    UserId user;
    users::Role role = users::Role::Client;
    TimePoint now{};
    std::string client_address;
    std::string user_agent;
};

/// The holder of a living session.
struct Holder {
    Uuid session;
    UserId user;
    TenantId home;
    TenantId acting;
    std::string name;
    users::Role role = users::Role::Client;
    std::string locale;
    std::string time_zone;
};

/// In a transaction of the home tenant.
class SessionStore {
public:
    explicit SessionStore(db::Transaction& tx) : tx_(tx) {}

    void insert(const SessionStart& start, const NewSession& session);
    /// False when it was over already.
    bool end(const Uuid& id, TimePoint now);
    void act_in(const Uuid& id, TenantId acting);
    /// False when the person has another password than the checked one by now, or is suspended.
    bool note_sign_in(
        const SessionStart& start,
        const std::string& checked_hash,
        const std::optional<std::string>& better_hash
    );
    /// The name of a tenant of the tree that is not deleted.
    std::optional<std::string> tenant_name(TenantId tenant);

private:
    db::Transaction& tx_;
};

/// One round trip, without a tenant.
Result<std::optional<Holder>> find_holder(
    db::Database& database, const std::string& token, TimePoint now
);
/// Those of the session ids that are alive.
Result<std::vector<Uuid>> living_sessions(
    db::Database& database, const std::vector<Uuid>& ids, TimePoint now
);

}  // namespace hostelry::auth
