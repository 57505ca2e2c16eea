#include "core/app/backlog.h"

#include "core/platform/queue/job_store.h"

#include <limits>

namespace hostelry::app {
namespace {

constexpr std::chrono::seconds kKeptFor{5};
constexpr std::string_view kBacklogRootSql = "select hostelry.root_tenant() as id";
constexpr std::string_view kBehindSql =
    "select coalesce(max(behind), 0) as behind from hostelry.event_listener_status()";

}  // namespace

double Backlog::queued() {
    return latest().queued;
}

double Backlog::events_behind() {
    return latest().events_behind;
}

Backlog::Read Backlog::latest() {
    const auto now = clock_.steady();
    auto last = last_.with([](const Read& kept) { return kept; });
    if (!last.at || now - *last.at > kKeptFor) {
        last = read();
        last.at = now;
        last_.with([&](Read& kept) { kept = last; });
    }
    return last;
}

Backlog::Read Backlog::read() {
    const auto found = database_.in_system([&](db::Transaction& tx) -> Result<Read> {
        Read fresh;
        fresh.events_behind = static_cast<double>(tx.query_one(kBehindSql)["behind"].integer());
        if (const auto root = tx.query_one(kBacklogRootSql)["id"].optional_id<TenantId>()) {
            tx.enter_tenant(*root);
            fresh.queued = static_cast<double>(queue::JobStore(tx).counts().queued);
        }
        return fresh;
    });
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    return found ? *found : Read{kUnknown, kUnknown, {}};
}

}  // namespace hostelry::app
