#include "core/app/overview.h"

#include "core/features/certificates/certificate_store.h"
#include "core/features/databases/database_store.h"
#include "core/features/dns/dns_store.h"
#include "core/features/dns/zone_name.h"
#include "core/features/servers/server_figures.h"
#include "core/features/servers/server_store.h"
#include "core/features/sites/site_store.h"
#include "core/platform/names/domain_name.h"
#include "core/platform/queue/job_store.h"
#include "core/platform/web/reader_time.h"

#include <utility>

namespace hostelry::app {
namespace {

using dashboard::Attention;
using dashboard::FigureValue;
using dashboard::kAttentionMax;
using dashboard::Urgency;
using Attentions = std::vector<Attention>;

constexpr std::int64_t kShown = dashboard::kAttentionMax;
constexpr int kFailedJobsLookedAt = 20;

/// "11 ready, 1 failed": only what there is.
std::string breakdown(std::initializer_list<std::pair<std::int64_t, const char*>> parts) {
    std::string text;
    for (const auto& [count, word] : parts) {
        if (count > 0) {
            text += (text.empty() ? "" : ", ") + view::show_count(count) + " " + word;
        }
    }
    return text;
}

FigureValue counted(std::int64_t count, std::string detail = {}) {
    return {
        .value = {.text = view::show_count(count), .unit = {}, .missing = {}},
        .detail = std::move(detail)};
}

FigureValue not_known(std::string reason) {
    return {
        .value = {.text = {}, .unit = {}, .missing = view::Na{std::move(reason)}}, .detail = {}};
}

// --- Figures ---

FigureValue site_figure(db::Transaction& tx) {
    const auto counts = sites::SiteStore{tx}.list({}, 1).counts;
    const auto working = counts.all - counts.ready - counts.failed - counts.suspended;
    return counted(
        counts.all,
        breakdown(
            {{counts.ready, "ready"},
             {working, "being worked on"},
             {counts.failed, "failed"},
             {counts.suspended, "suspended"}}
        )
    );
}

FigureValue server_figure(db::Transaction& tx) {
    const auto counts = servers::ServerStore{tx}.counts();
    return counted(
        counts.all,
        breakdown(
            {{counts.ready, "ready"},
             {counts.working, "being set up"},
             {counts.offline, "offline"},
             {counts.failed, "failed"}}
        )
    );
}

FigureValue zone_figure(db::Transaction& tx) {
    const auto counts = dns::DnsStore{tx}.zone_counts();
    return counted(counts.all, breakdown({{counts.ready, "ready"}, {counts.failed, "failed"}}));
}

FigureValue certificate_figure(db::Transaction& tx, TimePoint now) {
    const auto counts = certificates::CertificateStore{tx}.counts(certificates::expiry_soon(now));
    return counted(
        counts.all,
        breakdown(
            {{counts.all - counts.expiring - counts.failed, "fine"},
             {counts.expiring, "expiring soon"},
             {counts.failed, "not renewed"}}
        )
    );
}

FigureValue database_figure(db::Transaction& tx) {
    const auto totals = databases::DatabaseStore{tx}.totals();
    if (totals.all == 0) {
        return counted(0);
    }
    if (totals.measured == 0) {
        return not_known("They are measured once an hour.");
    }
    FigureValue figure{
        .value = {.text = view::show_bytes(totals.bytes), .unit = {}, .missing = {}},
        .detail = breakdown({{totals.all, totals.all == 1 ? "database" : "databases"}})};
    if (totals.measured < totals.all) {
        figure.detail += ", " + view::show_count(totals.all - totals.measured) + " not measured";
    }
    return figure;
}

FigureValue job_figure(db::Transaction& tx) {
    const auto counts = queue::JobStore(tx).counts();
    return counted(
        counts.running, breakdown({{counts.queued, "queued"}, {counts.waiting, "waiting"}})
    );
}

// --- What needs attention ---

Attentions failed_sites(db::Transaction& tx) {
    Attentions entries;
    sites::SiteFilter failed;
    failed.group = "failed";
    for (const auto& site : sites::SiteStore{tx}.list(failed, kShown).sites) {
        entries.push_back(
            {Urgency::Failed,
             "The site " + site.shown_domain() + " failed",
             site.cause,
             "/sites/" + site.id.to_string()}
        );
    }
    return entries;
}

Attentions troubled_servers(db::Transaction& tx) {
    Attentions entries;
    for (const auto& server : servers::ServerStore{tx}.troubled(kShown)) {
        const bool failed = server.state == servers::ServerState::Failed;
        entries.push_back(
            {Urgency::Failed,
             "The server " + server.name + (failed ? " failed" : " is offline"),
             failed ? server.cause : "Its agent is not connected. Sites on it may still answer.",
             "/servers/" + server.id.to_string()}
        );
    }
    return entries;
}

std::string expiry_of(const certificates::Certificate& certificate, TimePoint now) {
    const auto days =
        std::chrono::duration_cast<std::chrono::days>(certificate.not_after - now).count();
    if (certificate.not_after <= now) {
        return "It has expired.";
    }
    return days == 0   ? "It expires today."
           : days == 1 ? "It expires tomorrow."
                       : "It expires in " + std::to_string(days) + " days.";
}

Attentions troubled_certificates(db::Transaction& tx, TimePoint now) {
    Attentions entries;
    const auto soon = certificates::expiry_soon(now);
    for (const auto& one : certificates::CertificateStore{tx}.troubled(soon, kShown)) {
        const bool failed = one.state == "failed" || one.not_after <= now;
        const std::string name =
            one.names.empty() ? "a site" : names::domain_for_people(one.names.front());
        entries.push_back(
            {failed ? Urgency::Failed : Urgency::Soon,
             "The certificate of " + name +
                 (one.state == "failed" ? " was not renewed" : " needs to be renewed"),
             expiry_of(one, now) + (one.problem.empty() ? "" : " " + one.problem),
             "/certificates/" + one.id.to_string()}
        );
    }
    return entries;
}

Attentions failed_zones(db::Transaction& tx) {
    Attentions entries;
    for (const auto& zone : dns::DnsStore{tx}.failed_zones(kShown)) {
        entries.push_back(
            {Urgency::Failed,
             "The zone " + dns::shown_name(zone) + " failed",
             zone.problem,
             "/dns/" + zone.id.to_string()}
        );
    }
    return entries;
}

/// The thing the job was about stands in the list itself.
bool subject_says_it(db::Transaction& tx, const queue::Job& job) {
    const auto& id = *job.subject_id;
    if (job.subject_type == "site") {
        const auto site = sites::SiteStore{tx}.find(sites::SiteId{id});
        return site && site->state == sites::SiteState::Failed;
    }
    if (job.subject_type == "server") {
        const auto server = servers::ServerStore{tx}.find(ServerId{id});
        return server && server->state == servers::ServerState::Failed;
    }
    if (job.subject_type == "dns_zone") {
        const auto zone = dns::DnsStore{tx}.find_zone(dns::ZoneId{id});
        return zone && zone->state == "failed";
    }
    if (job.subject_type == "certificate") {
        const auto found = certificates::CertificateStore{tx}.get(certificates::CertificateId{id});
        return found && found->state == "failed";
    }
    return false;
}

/// Something was done about the same thing since.
bool was_followed(db::Transaction& tx, const queue::Job& job) {
    queue::JobFilter same;
    same.subject_type = job.subject_type;
    same.subject_id = job.subject_id;
    const auto latest = queue::JobStore(tx).list(same, {}, 1).jobs;
    return !latest.empty() && latest.front().id != job.id;
}

Attentions failed_jobs(db::Transaction& tx) {
    Attentions entries;
    queue::JobFilter failed;
    failed.states = {queue::JobState::Failed};
    for (const auto& job : queue::JobStore(tx).list(failed, {}, kFailedJobsLookedAt).jobs) {
        const bool is_told = job.subject_id && (was_followed(tx, job) || subject_says_it(tx, job));
        if (!is_told && entries.size() < kAttentionMax) {
            const auto about = job.subject_name.empty() ? "" : " " + job.subject_name;
            entries.push_back(
                {Urgency::Failed,
                 job.title + about + " failed",
                 job.error,
                 "/jobs/" + job.id.to_string()}
            );
        }
    }
    return entries;
}

}  // namespace

void fill_overview(dashboard::Dashboard& dashboard, const Clock& clock) {
    dashboard.add_figure({"site:read", "Sites", "/sites", site_figure});
    dashboard.add_figure({"server:read", "Servers", "/servers", server_figure});
    dashboard.add_figure({"dns:read", "DNS zones", "/dns", zone_figure});
    dashboard.add_figure(
        {"certificate:read",
         "Certificates",
         "/certificates",
         [&clock](db::Transaction& tx) { return certificate_figure(tx, clock.now()); }}
    );
    dashboard.add_figure({"database:read", "Databases", "/databases", database_figure});
    dashboard.add_figure({"job:read", "Jobs running", "/jobs?state=active", job_figure});

    dashboard.set_first_action(
        {"site:create",
         {.label = "Create site",
          .icon = "plus",
          .href = "/sites/new",
          .look = view::ActionLook::Primary}}
    );

    dashboard.add_attention({"site:read", failed_sites});
    dashboard.add_attention({"server:read", troubled_servers});
    dashboard.add_attention({"certificate:read", [&clock](db::Transaction& tx) {
                                 return troubled_certificates(tx, clock.now());
                             }});
    dashboard.add_attention({"dns:read", failed_zones});
    dashboard.add_attention({"job:read", failed_jobs});
}

}  // namespace hostelry::app
