#include "core/features/shell/shell.h"
#include "core/platform/log/log.h"

namespace hostelry::shell {
namespace {

constexpr std::int64_t kActivityEntries = 8;

}  // namespace

view::Activity Shell::activity(const http::Exchange& exchange, const std::optional<Uuid>& subject)
    const {
    const auto& principal = exchange.signed_in();
    view::Activity shown;
    if (!activity_source_) {
        return shown;
    }
    const ActivityQuestion question{subject, kActivityEntries, principal.may("audit:read")};
    using Entries = std::vector<view::ActivityEntry>;
    auto entries =
        needs_.database.in_tenant(principal.tenant, [&](db::Transaction& tx) -> Result<Entries> {
            return activity_source_(tx, question);
        });
    if (!entries) {
        log::warn("shell", "activity not read", {{"cause", entries.error().message}});
        shown.missing = view::Na{"It could not be read just now."};
        return shown;
    }
    shown.entries = std::move(*entries);
    if (question.may_audit && !shown.entries.empty()) {
        shown.all_href = subject ? "/audit?subject=" + subject->to_string() : "/audit";
    }
    return shown;
}

}  // namespace hostelry::shell
