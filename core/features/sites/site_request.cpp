#include "core/features/sites/site_request.h"

#include "core/platform/http/api.h"

namespace hostelry::sites {
namespace {

/// "domain" or "created", with "-" in front for the other direction; anything else changes nothing.
void set_order(SiteFilter& filter, std::string_view sort) {
    const bool descending = sort.starts_with('-');
    sort.remove_prefix(descending ? 1 : 0);
    if (sort == "domain" || sort == "created") {
        filter.sort = sort == "domain" ? SiteSort::Domain : SiteSort::Created;
        filter.order = descending ? SortOrder::Descending : SortOrder::Ascending;
    }
}

}  // namespace

Result<SiteId> site_id_of(const http::Request& request) {
    const auto id = SiteId::parse(request.param("id"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such site.");
    }
    return *id;
}

SiteFilter site_filter_of(const shell::ListQuery& query) {
    SiteFilter filter{
        .words = query.words(),
        .group = query.segment(),
        .after = query.key("after"),
        .before = query.key("before")};
    set_order(filter, query.value("sort"));
    return filter;
}

Result<SiteFilter> asked_site_filter(const http::Request& request) {
    const auto asked = TRY(http::query_as<ListSites>(request));
    SiteFilter filter{.words = asked.words, .group = asked.state};
    set_order(filter, asked.sort);
    filter.after = asked.after;
    // Behind a date stands an id, behind a name any text.
    if (filter.sort == SiteSort::Created && !filter.after.empty() && !SiteId::parse(filter.after)) {
        return fail_fields({{"after", "Send what an earlier answer gave as next."}});
    }
    return filter;
}

std::vector<FieldError> read_site_form(const http::Request& request, CreateSite& out) {
    // A choice left open arrives as an empty text and means: you decide.
    FormPairs pairs;
    for (const auto& pair : request.form()) {
        if (pair.first != "server" || !pair.second.empty()) {
            pairs.push_back(pair);
        }
    }
    return decode_form(describe<CreateSite>(), pairs, &out);
}

std::optional<std::string> request_key_of(const http::Request& request) {
    const auto sent = http::idempotency_key(request);
    std::string key = sent ? *sent : request.form_value("_key");
    return key.empty() ? std::nullopt : std::optional{std::move(key)};
}

}  // namespace hostelry::sites
