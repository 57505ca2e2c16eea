#pragma once

#include "core/features/audit/audit_entry.h"
#include "core/platform/db/transaction.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::audit {

struct AuditFilter {
    std::string words;  ///< In who, what or where from; empty: all.
    std::optional<UserId> actor;
    std::string type;  ///< "user.created", or "user" for all of a kind.
    std::optional<Uuid> subject;
    std::optional<TimePoint> since;
    std::optional<TimePoint> until;
    std::optional<std::int64_t> before;  ///< Only positions below: the next page.
};

struct AuditPage {
    std::vector<AuditEntry> entries;  ///< Newest first.
    bool has_more = false;
    std::int64_t matching = 0;
};

/// The only SQL of the feature.
class AuditStore {
public:
    explicit AuditStore(db::Transaction& tx) : tx_(tx) {}

    AuditPage list(const AuditFilter& filter, std::int64_t count_max);
    /// The last ones about `subject`; without one the last of everything but sign-ins, among the
    /// panel's latest entries.
    std::vector<AuditEntry> recent(const std::optional<Uuid>& subject, std::int64_t count_max);
    std::optional<AuditEntry> find(std::int64_t position);
    /// In order of position, after that one; all tenants the transaction sees.
    std::vector<AuditEntry> after(std::int64_t position, std::int64_t count_max);
    std::vector<std::string> types();

    void append(const AuditEntry& entry);
    std::optional<AuditHead> head();
    /// Nobody else appends until the transaction ends.
    std::optional<AuditHead> lock_head();
    void put_head(const AuditHead& head);
    /// How far the listener of that name is.
    std::int64_t listener_position(const std::string& listener);
    std::string user_name(UserId user);

private:
    db::Transaction& tx_;
};

}  // namespace hostelry::audit
