#include "core/features/audit/audit_pages.h"

#include "core/base/text.h"
#include "core/features/audit/audit_views.h"
#include "core/features/shell/page_parts.h"
#include "core/platform/http/api.h"

#include "templates/audit/index.cpt.h"
#include "templates/audit/show.cpt.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace hostelry::audit {
namespace {

using nlohmann::json;

constexpr std::int64_t kEntriesOnPage = 50;
constexpr std::int64_t kEntriesInAnswer = 200;
constexpr std::size_t kDayLength = 10;  // "2026-11-21"

struct Area {
    std::string_view label;
    std::string_view type;
};
constexpr std::array kAreas{
    Area{"All", ""},
    Area{"Sign-ins", "session"},
    Area{"People", "user"},
    Area{"Accounts", "tenant"},
    Area{"Sites", "site"},
    Area{"Servers", "server"},
    Area{"DNS", "dns"},
    Area{"Certificates", "certificate"},
    Area{"Settings", "settings"}};

std::optional<std::int64_t> number_of(const std::optional<std::string>& text) {
    std::int64_t number = 0;
    if (!text || text->empty()) {
        return std::nullopt;
    }
    const auto [end, code] = std::from_chars(text->data(), text->data() + text->size(), number);
    return code == std::errc{} && end == text->data() + text->size() ? std::optional{number}
                                                                     : std::nullopt;
}

/// "2026-11-21" as that midnight in UTC, or a whole RFC 3339 moment.
std::optional<TimePoint> moment_of(const std::string& text) {
    return text.size() == kDayLength ? parse_rfc3339(text + "T00:00:00Z") : parse_rfc3339(text);
}

/// The same, but a day is meant to its end.
std::optional<TimePoint> end_of(const std::string& text) {
    auto moment = moment_of(text);
    if (moment && text.size() == kDayLength) {
        *moment += std::chrono::hours{24};
    }
    return moment;
}

AuditFilter filter_of(const http::Request& request) {
    AuditFilter filter;
    filter.words = shell::filter_text(request, "q");
    filter.actor = UserId::parse(request.query("actor").value_or(""));
    filter.type = shell::filter_text(request, "type");
    filter.subject = Uuid::parse(request.query("subject").value_or(""));
    filter.since = moment_of(request.query("since").value_or(""));
    filter.until = end_of(request.query("until").value_or(""));
    filter.before = number_of(request.query("before"));
    return filter;
}

/// The same for programs, which hear of what is not understood.
Result<AuditFilter> asked_filter(const http::Request& request) {
    constexpr const char* kMoment =
        "Write a day such as 2026-11-21 or a time such as 2026-11-21T10:00:00Z.";
    const auto asked = TRY(http::query_as<ListAudit>(request));
    AuditFilter filter{
        .words = asked.words,
        .actor = asked.actor,
        .type = asked.type,
        .subject = asked.subject,
        .since = moment_of(asked.since),
        .until = end_of(asked.until),
        .before = asked.after};
    std::vector<FieldError> errors;
    if (!asked.since.empty() && !filter.since) {
        errors.push_back({"since", kMoment});
    }
    if (!asked.until.empty() && !filter.until) {
        errors.push_back({"until", kMoment});
    }
    if (!errors.empty()) {
        return fail_fields(std::move(errors));
    }
    return filter;
}

using Query = std::vector<std::pair<std::string, std::string>>;

/// What the address keeps from page to page and area to area.
Query kept_query(const http::Request& request, std::initializer_list<std::string_view> left_out) {
    Query kept;
    for (const std::string_view name : {"q", "actor", "type", "subject", "since", "until"}) {
        const auto value = request.query(name).value_or("");
        if (!value.empty() && std::find(left_out.begin(), left_out.end(), name) == left_out.end()) {
            kept.emplace_back(name, value);
        }
    }
    return kept;
}

std::string audit_href(const Query& query) {
    std::string href = "/audit";
    for (const auto& [name, value] : query) {
        href += (href.size() == 6 ? "?" : "&") + name + "=" + percent_encode(value);
    }
    return href;
}

AuditRow row_of(const AuditEntry& entry) {
    return {
        .position = std::to_string(entry.position),
        .title = title_of(entry.type),
        .about = about_of(entry),
        .who = who_of(entry),
        .from = entry.client_address,
        .account = entry.tenant_name,
        .at = entry.at,
    };
}

view::List list_of(
    const http::Request& request, const AuditFilter& filter, const AuditPage& found
) {
    view::List list;
    list.counted = view::show_count(found.matching) + " entries";
    for (const auto& area : kAreas) {
        auto query = kept_query(request, {"type"});
        if (!area.type.empty()) {
            query.emplace_back("type", area.type);
        }
        list.segments.push_back(
            {.label = std::string(area.label),
             .href = audit_href(query),
             .count = {},
             .icon = {},
             .icon_class = {},
             .is_current = filter.type == area.type}
        );
    }
    list.table.label = "Audit trail";
    list.table.columns = {
        {.label = "What"},
        {.label = "Who"},
        {.label = "From", .priority = view::Priority::DesktopOnly},
        {.label = "Account", .priority = view::Priority::WideOnly},
        {.label = "When", .is_number = true}};
    if (found.entries.empty()) {
        list.empty = view::EmptyState{
            .icon = "scroll-text",
            .title = "Nothing here",
            .text = "No entry fits this filter.",
            .action = view::Action{.label = "Show everything", .href = "/audit"}};
        return list;
    }
    list.pager.range = "Entries " + std::to_string(found.entries.back().position) + " to " +
                       std::to_string(found.entries.front().position) + ", " +
                       view::show_count(found.matching) + " in all";
    if (found.has_more) {
        auto query = kept_query(request, {});
        query.emplace_back("before", std::to_string(found.entries.back().position));
        list.pager.next_href = audit_href(query);
    }
    if (filter.before) {
        list.pager.previous_href = audit_href(kept_query(request, {}));
    }
    return list;
}

view::Note note_of(
    const std::optional<std::pair<AuditVerdict, TimePoint>>& last, const view::Context& context
) {
    view::Note note;
    note.actions = {{.label = "Verify now", .icon = "shield-check", .href = "/audit/verification"}};
    if (!last) {
        note.title = "Every entry holds the hash of the one before it, and the last one is signed.";
        note.text = "Nobody has verified the chain since the panel was started.";
    } else if (last->first.intact) {
        note.title =
            "Chain verified up to entry " + view::show_count(last->first.verified_to) + ".";
        note.text = "Checked " + context.time.relative(last->second) + ".";
    } else {
        note.kind = view::NoteKind::Failure;
        note.title = "The audit trail is not intact.";
        note.text = last->first.problem;
    }
    return note;
}

}  // namespace

http::Response AuditPages::index(http::Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const auto& request = exchange.request;
    const auto filter = filter_of(request);
    const auto found = audit_.list(principal.tenant, filter, kEntriesOnPage);
    if (!found) {
        return http::Response::failed(found.error());
    }
    AuditListPage page;
    page.list = list_of(request, filter, *found);
    for (const auto& entry : found->entries) {
        page.rows.push_back(row_of(entry));
    }
    if (shell::asks_for(request, "list")) {
        return shell_.page(exchange, [&](view::Out& out) { views::audit::list_part(out, page); });
    }
    page.shell = shell_.frame(exchange, {.title = "Audit", .section = "audit", .topics = {}});
    page.head = {
        .title = "Audit",
        .summary =
            "Who did what, from where and when. Entries can be neither changed nor removed."};
    if (principal.may("audit:verify")) {
        page.note = note_of(audit_.last_verdict(), shell_.context(exchange));
    }
    page.filter = {
        .href = "/audit",
        .query = filter.words,
        .placeholder = "Who, what or address",
        .kept = kept_query(request, {"q"})};
    page.since = request.query("since").value_or("").substr(0, 10);
    page.until = request.query("until").value_or("").substr(0, 10);
    page.kept_with_dates = kept_query(request, {"since", "until"});
    return shell_.page(exchange, [&](view::Out& out) { views::audit::index(out, page); });
}

http::Response AuditPages::show(http::Exchange& exchange) {
    const auto position = number_of(exchange.request.param("position"));
    const auto entry = audit_.get(exchange.signed_in().tenant, position.value_or(-1));
    if (!entry) {
        return http::Response::failed(entry.error());
    }
    AuditEntryPage page;
    page.shell =
        shell_.frame(exchange, {.title = title_of(entry->type), .section = "audit", .topics = {}});
    page.head = {
        .breadcrumbs = {{"Audit", "/audit"}},
        .title = title_of(entry->type),
        .summary = about_of(*entry)};
    page.facts = {
        {.label = "When", .moment = entry->at},
        {.label = "Who",
         .value = {.text = who_of(*entry)},
         .href = entry->actor ? "/audit?actor=" + entry->actor->to_string() : ""},
        {.label = "From",
         .value =
             {.text = entry->client_address.empty() ? "The panel itself" : entry->client_address}},
        {.label = "Account", .value = {.text = entry->tenant_name}},
        {.label = "Entry", .value = {.text = std::to_string(entry->position)}}};
    if (entry->subject) {
        page.facts.push_back(
            {.label = "About",
             .value = {.text = entry->subject_type},
             .href = "/audit?subject=" + entry->subject->to_string()}
        );
    }
    const auto data = json::parse(entry->data, nullptr, false);
    page.data = data.is_discarded() ? entry->data
                                    : data.dump(2, ' ', false, json::error_handler_t::replace);
    page.previous_hash = entry->previous_hash;
    page.hash = entry->hash;
    return shell_.page(exchange, [&](view::Out& out) { views::audit::show(out, page); });
}

http::Response AuditPages::verification(http::Exchange& exchange) {
    const auto verdict = audit_.verify();
    if (!verdict) {
        return http::Response::failed(verdict.error());
    }
    AuditVerdictPage page;
    page.shell =
        shell_.frame(exchange, {.title = "Verification", .section = "audit", .topics = {}});
    page.head = {
        .breadcrumbs = {{"Audit", "/audit"}},
        .title = "Verification",
        .chip = view::Chip{
            .status = verdict->intact ? view::Status::Ready : view::Status::Failed,
            .word = verdict->intact ? "Intact" : "Not intact",
            .detail = {}}};
    if (verdict->intact) {
        page.note = {
            .title = "Chain verified up to entry " + view::show_count(verdict->verified_to) + ".",
            .text =
                "Every entry fits its hash and the entry before it, and the head carries our "
                "signature.",
            .actions = {}};
    } else {
        page.note = {
            .kind = view::NoteKind::Failure,
            .title = verdict->problem,
            .text = "Everything up to entry " + view::show_count(verdict->verified_to) +
                    " fits. Keep a copy of the database before anything else is done, and compare "
                    "it with a backup.",
            .actions = {}};
    }
    page.facts = {
        {.label = "Entries read", .value = {.text = view::show_count(verdict->entries)}},
        {.label = "Verified up to", .value = {.text = view::show_count(verdict->verified_to)}}};
    return shell_.page(exchange, [&](view::Out& out) { views::audit::verification(out, page); });
}

http::Response AuditPages::api_list(http::Exchange& exchange) {
    const auto filter = asked_filter(exchange.request);
    const auto found = filter ? audit_.list(exchange.signed_in().tenant, *filter, kEntriesInAnswer)
                              : Result<AuditPage>(tl::unexpected(filter.error()));
    if (!found) {
        return http::Response::failed(found.error());
    }
    return http::listed(
        found->entries, found->has_more ? std::to_string(found->entries.back().position) : ""
    );
}

http::Response AuditPages::api_get(http::Exchange& exchange) {
    const auto position = number_of(exchange.request.param("position"));
    return http::answered(audit_.get(exchange.signed_in().tenant, position.value_or(-1)));
}

http::Response AuditPages::api_verification(http::Exchange&) {
    return http::answered(audit_.verify());
}

}  // namespace hostelry::audit
