#include "core/features/shell/shell_store.h"

#include "core/platform/queue/job_store.h"

#include <fmt/format.h>

namespace hostelry::shell {
namespace {

constexpr int kChoicesMax = 12;  // More are found on the page of clients.
constexpr int kRunningShown = 5;

constexpr std::string_view kTenantChoices = R"(
    select t.id, t.name, t.kind
      from hostelry.tenant_closure c join hostelry.tenants t on t.id = c.descendant_id
     where c.ancestor_id = $1 and t.state <> 'deleted'
     order by (t.id = $2) desc, c.depth, t.name limit $3)";

constexpr std::string_view kTenantName = "select name from hostelry.tenants where id = $1";
constexpr std::string_view kIsInTree = "select 1 from hostelry.tenants where id = $1";

std::string kind_word(const std::string& kind) {
    return kind == "root" ? "Provider" : kind == "reseller" ? "Reseller" : "Client";
}

view::RunningJob shown(const queue::Job& job) {
    const int total = std::max(job.steps_total, 1);
    return {
        .title = job.subject_name.empty() ? job.title : job.title + " " + job.subject_name,
        .step = job.current_step.empty() ? std::string("Starting")
                                         : fmt::format(
                                               "Step {} of {}: {}",
                                               std::min(job.steps_done + 1, total),
                                               total,
                                               job.current_step
                                           ),
        .href = "/jobs/" + job.id.to_string(),
        .percent = job.steps_done * 100 / total,
    };
}

}  // namespace

std::vector<view::TenantChoice> ShellStore::tenant_choices(const http::Principal& principal) {
    std::vector<view::TenantChoice> choices;
    for (const auto row :
         tx_.query(kTenantChoices, principal.home, principal.tenant, kChoicesMax)) {
        const auto id = row["id"].id<TenantId>();
        choices.push_back({
            .id = id.to_string(),
            .name = row["name"].text(),
            .note = kind_word(row["kind"].text()),
            .is_current = id == principal.tenant,
        });
    }
    return choices.size() > 1 ? choices : std::vector<view::TenantChoice>{};
}

std::string ShellStore::tenant_name(TenantId tenant) {
    const auto row = tx_.query_optional(kTenantName, tenant);
    return row ? (*row)["name"].text() : std::string{};
}

view::RunningJobs ShellStore::running_jobs() {
    using queue::JobState;
    view::RunningJobs running;
    queue::JobFilter filter;
    filter.states = {JobState::Queued, JobState::Running, JobState::Waiting, JobState::Cancelling};
    const auto page = queue::JobStore(tx_).list(filter, {}, 50);
    running.count = static_cast<int>(page.jobs.size());
    for (const auto& job : page.jobs) {
        if (running.jobs.size() < kRunningShown) {
            running.jobs.push_back(shown(job));
        }
    }
    return running;
}

bool ShellStore::is_in_tree(TenantId tenant) {
    return tx_.query_optional(kIsInTree, tenant).has_value();
}

}  // namespace hostelry::shell
