#pragma once
// Reading what requests to sites carry; the same for pages and API.

#include "core/features/shell/list_page.h"
#include "core/features/sites/site_store.h"
#include "core/features/sites/site_types.h"
#include "core/platform/http/route.h"

#include <optional>
#include <string>

namespace hostelry::sites {

/// NotFound for what is no id, like for an id that is nobody's.
Result<SiteId> site_id_of(const http::Request& request);
SiteFilter site_filter_of(const shell::ListQuery& query);
/// Of the API: Invalid, with the names, for what is not understood.
Result<SiteFilter> asked_site_filter(const http::Request& request);
/// Members that could be read are kept in `out` also when others are wrong.
std::vector<FieldError> read_site_form(const http::Request& request, CreateSite& out);
/// Empty ones count as none.
std::optional<std::string> request_key_of(const http::Request& request);

}  // namespace hostelry::sites
