#pragma once
// The front door to DNS: zones and their records. Our tables are the truth for the record sets we
// hold; jobs push them to the zone's backend, a plugin with dns/1.

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/features/dns/dns_types.h"
#include "core/features/plugins/plugins.h"
#include "core/features/users/caller.h"
#include "core/platform/db/database.h"
#include "core/platform/queue/queue.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::dns {

enum class Propagation { Done, Waiting };

struct ZoneWithRecords {
    Zone zone;
    std::vector<Record> records;
};
struct ZoneChange {
    Zone zone;
    std::optional<JobId> job;  ///< Nothing when the request was a repeat.
};
struct RecordChange {
    Record record;
    JobId job{};
};

class Dns {
public:
    struct Needs {
        db::Database& database;
        const Clock& clock;
        Random& random;
        shell::Shell& shell;
        plugins::Plugins& plugins;
        std::vector<std::string>
            allow_private;  ///< As `outbound.allow_private`: private name servers to be asked.
    };
    explicit Dns(Needs needs) : needs_(std::move(needs)) {}

    void add_routes(http::Router& router);
    void add_jobs(queue::Registry& registry);

    // For job steps of sites; never inside a transaction, all repeatable.
    /// Makes A or AAAA records of the names and pushes them at once. Answers {"managed": true,
    /// "zones": [...]} or, when no zone of the tenant or of a tenant above it holds a name,
    /// {"managed": false, "hint": "..."}. Conflict when a name has records of somebody else.
    Result<nlohmann::json> ensure_site_records(
        TenantId tenant,
        const Uuid& site,
        const std::vector<std::string>& names,
        const std::string& address,
        JobId job
    );
    /// Only what this site made.
    Result<void> remove_site_records(TenantId tenant, const Uuid& site);
    /// Asks every authoritative server of each name. `note` says what is still missing.
    Result<Propagation> check_propagation(
        const std::vector<std::string>& names, const std::string& address, std::string& note
    );

    // For the proof that a domain is somebody's.
    /// Whether a zone of the tenant or of a tenant above it holds the name: somebody has vouched.
    static bool holds_name(db::Transaction& tx, TenantId tenant, const std::string& name);
    /// The TXT records at a name, from the servers responsible for it. Waits for them, so never
    /// inside a transaction. Unavailable when none answers.
    Result<std::vector<std::string>> text_records(const std::string& name);

    // Operations; each publishes its event.
    /// Staff and resellers only: they vouch for the domain. Invalid with fields, Conflict.
    Result<ZoneChange> create_zone(
        const users::Caller& caller,
        const CreateDnsZone& request,
        const std::optional<std::string>& request_key
    );
    /// `name` as typed for confirmation must be the zone's (checked by who shows the dialog).
    Result<JobId> delete_zone(const users::Caller& caller, ZoneId id);
    Result<JobId> set_dnssec(const users::Caller& caller, ZoneId id, bool enabled);
    Result<RecordChange> create_record(
        const users::Caller& caller, ZoneId zone, const WriteDnsRecord& request
    );
    Result<RecordChange> update_record(
        const users::Caller& caller, ZoneId zone, RecordId id, const WriteDnsRecord& request
    );
    Result<JobId> delete_record(const users::Caller& caller, ZoneId zone, RecordId id);
    /// Pushes what is still waiting, after a failure.
    Result<JobId> apply_again(const users::Caller& caller, ZoneId id);

    // Reading, in the acting tenant.
    Result<std::vector<Zone>> list_zones(TenantId tenant, const std::string& words);
    Result<ZoneWithRecords> get_zone(TenantId tenant, ZoneId id);

    /// Job steps. Pushes the waiting changes of one zone.
    Result<void> push(TenantId tenant, ZoneId id, const std::function<bool()>& cancelled);

    const Needs& needs() const { return needs_; }

private:
    Needs needs_;
    std::shared_ptr<void> routes_;
};

}  // namespace hostelry::dns
