#include "core/features/audit/audit_pages.h"

#include "core/features/audit/audit_views.h"
#include "core/features/shell/list_page.h"
#include "core/platform/http/api.h"

#include "templates/audit/index.cpt.h"
#include "templates/audit/show.cpt.h"

#include <nlohmann/json.hpp>

#include <charconv>

namespace hostelry::audit {
namespace {

using nlohmann::json;

constexpr std::int64_t kEntriesOnPage = 50;
constexpr std::int64_t kEntriesInAnswer = 200;
constexpr std::size_t kDayLength = 10;  // "2026-11-21"

const shell::ListDescription& audit_list() {
    using view::Priority;
    static const shell::ListDescription kList{
        .path = "/audit",
        .section = "audit",
        .title = "Audit",
        .label = "Audit trail",
        .summary = "Who did what, from where and when. Entries can be neither changed nor removed.",
        .noun = {"entry", "entries"},
        .icon = "scroll-text",
        .placeholder = "Who, what or address",
        .parameters =
            {{"q"},
             {"actor"},
             {.name = "type", .takes_any_text = true},
             {"subject"},
             {"since"},
             {"until"}},
        .segment_parameter = "type",
        .segments =
            {{"", "All"},
             {"session", "Sign-ins"},
             {"user", "People"},
             {"tenant", "Accounts"},
             {"site", "Sites"},
             {"server", "Servers"},
             {"dns", "DNS"},
             {"certificate", "Certificates"},
             {"settings", "Settings"}},
        .columns =
            {{.label = "What"},
             {.label = "Who"},
             {.label = "From", .priority = Priority::DesktopOnly},
             {.label = "Account", .priority = Priority::WideOnly},
             {.label = "When", .is_number = true}},
        .nothing_fits = view::EmptyState{
            .icon = "scroll-text",
            .title = "Nothing here",
            .text = "No entry fits this filter.",
            .action = view::Action{.label = "Show everything", .href = "/audit"}}};
    return kList;
}

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

AuditFilter filter_of(const shell::ListQuery& query) {
    return {
        .words = query.words(),
        .actor = UserId::parse(query.value("actor")),
        .type = query.segment(),
        .subject = Uuid::parse(query.value("subject")),
        .since = moment_of(query.value("since")),
        .until = end_of(query.value("until")),
        .before = number_of(query.key("before"))};
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

view::List list_of(const shell::ListQuery& query, const AuditPage& found) {
    shell::ListExtent extent{
        .shown = static_cast<std::int64_t>(found.entries.size()), .matching = found.matching};
    if (!found.entries.empty()) {
        const auto last = std::to_string(found.entries.back().position);
        extent.pager = {
            .range = "Entries " + last + " to " + std::to_string(found.entries.front().position) +
                     ", " + view::show_count(found.matching) + " in all",
            .previous_href = query.key("before").empty() ? "" : query.href(),
            .next_href = found.has_more ? query.href_at("before", last) : ""};
    }
    return query.list(extent);
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
    const shell::ListQuery query(audit_list(), exchange);
    const auto found = audit_.list(principal.tenant, filter_of(query), kEntriesOnPage);
    if (!found) {
        return http::Response::failed(found.error());
    }
    AuditListPage page;
    page.list = list_of(query, *found);
    for (const auto& entry : found->entries) {
        page.rows.push_back(row_of(entry));
    }
    if (principal.may("audit:verify")) {
        page.note = note_of(audit_.last_verdict(), shell_.context(exchange));
    }
    page.since = query.value("since").substr(0, kDayLength);
    page.until = query.value("until").substr(0, kDayLength);
    page.kept_with_dates = query.kept_besides({"since", "until"});
    return shell::list_answer(
        shell_, exchange, query, page, views::audit::list_part, views::audit::index
    );
}

http::Response AuditPages::show(http::Exchange& exchange) {
    const auto position = number_of(exchange.request.param("position"));
    const auto entry = audit_.get(exchange.signed_in().tenant, position.value_or(-1));
    if (!entry) {
        return http::Response::failed(entry.error());
    }
    AuditEntryPage page;
    page.frame =
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
    page.frame =
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
