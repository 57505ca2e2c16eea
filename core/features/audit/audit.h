#pragma once
// The front door of the audit trail. It listens to every event; nobody calls it to record
// something.

#include "core/base/lock_guarded.h"
#include "core/features/audit/audit_entry.h"
#include "core/features/audit/audit_store.h"
#include "core/features/shell/shell.h"
#include "core/platform/crypto/sealing.h"
#include "core/platform/db/database.h"
#include "core/platform/events/events.h"
#include "core/platform/http/route.h"

namespace hostelry::audit {

class Audit {
public:
    struct Needs {
        db::Database& database;
        const Clock& clock;
        const crypto::Sealer& sealer;  ///< Its master key gives the one that signs the head.
        shell::Shell& shell;
    };
    explicit Audit(Needs needs) : needs_(needs), signing_key_(needs.sealer.derive("audit head")) {}

    void add_routes(http::Router& router);
    /// Listener "audit" over all events: one row each, exactly once, in their order.
    void add_listeners(events::Dispatcher& dispatcher);

    /// Fills the activity panels: shell.set_activity(audit.activity()).
    shell::ActivitySource activity() const;

    /// Entries of the tenant and those below.
    Result<AuditPage> list(TenantId tenant, const AuditFilter& filter, std::int64_t count_max);
    Result<AuditEntry> get(TenantId tenant, std::int64_t position);
    Result<std::vector<std::string>> types(TenantId tenant);

    /// Walks the whole chain: every entry's hash, its link to the one before, the head and its
    /// signature. The first thing that does not fit is named, with its position.
    Result<AuditVerdict> verify();
    /// The latest verification of this process, with its time.
    std::optional<std::pair<AuditVerdict, TimePoint>> last_verdict() const;

private:
    Result<void> record(db::Transaction& tx, const events::Event& event);

    Needs needs_;
    std::string signing_key_;
    LockGuarded<std::optional<std::pair<AuditVerdict, TimePoint>>> last_verdict_;
};

}  // namespace hostelry::audit
