#include "core/features/sites/site_request.h"

#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace hostelry::sites {
namespace {

constexpr std::size_t kFilterBytesMax = 200;

/// Text that may go into a query: bounded and clean, else nothing.
std::string clean_query(const http::Request& request, std::string_view name) {
    std::string text{trim(request.query(name).value_or(""))};
    const bool usable =
        text.size() <= kFilterBytesMax && is_valid_utf8(text) && !has_control_bytes(text);
    return usable ? text : std::string();
}

}  // namespace

Result<SiteId> site_id_of(const http::Request& request) {
    const auto id = SiteId::parse(request.param("id"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such site.");
    }
    return *id;
}

SiteFilter site_filter_of(const http::Request& request) {
    constexpr std::array<std::string_view, 4> kGroups{"ready", "working", "failed", "suspended"};
    SiteFilter filter{.words = clean_query(request, "q")};
    const std::string group = clean_query(request, "state");
    if (std::find(kGroups.begin(), kGroups.end(), group) != kGroups.end()) {
        filter.group = group;
    }
    std::string sort = clean_query(request, "sort");
    const bool descending = sort.starts_with('-');
    if (descending) {
        sort.erase(0, 1);
    }
    if (sort == "domain" || sort == "created") {
        filter.sort = sort == "domain" ? SiteSort::Domain : SiteSort::Created;
        filter.order = descending ? SortOrder::Descending : SortOrder::Ascending;
    }
    filter.after = clean_query(request, "after");
    filter.before = filter.after.empty() ? clean_query(request, "before") : "";
    return filter;
}

std::vector<FieldError> read_create_site(const http::Request& request, CreateSite& out) {
    if (request.is_form()) {
        // A choice left open arrives as an empty text and means: you decide.
        FormPairs pairs;
        for (const auto& pair : request.form()) {
            if (pair.first != "server" || !pair.second.empty()) {
                pairs.push_back(pair);
            }
        }
        return decode_form(describe<CreateSite>(), pairs, &out);
    }
    const auto body = nlohmann::json::parse(request.body, nullptr, false);
    if (body.is_discarded()) {
        return {{"", "The body is not JSON."}};
    }
    return decode(describe<CreateSite>(), body, &out);
}

std::optional<std::string> request_key_of(const http::Request& request) {
    const auto header = request.header("idempotency-key");
    std::string key = header ? std::string(*header) : request.form_value("_key");
    return key.empty() ? std::nullopt : std::optional{std::move(key)};
}

}  // namespace hostelry::sites
