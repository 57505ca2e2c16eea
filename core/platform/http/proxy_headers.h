#pragma once
// What passes the reverse proxy and what does not, in both directions. Pure.

#include "core/platform/http/message.h"
#include "core/platform/http/response_head.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::http {

/// Cookies of our own that never pass, besides every one that begins with "__Host-".
struct ProxyRules {
    std::vector<std::string> own_cookies;
};

/// The host of a Host field in lower case without its port; nothing when it is not a plain name
/// with an optional port.
std::optional<std::string> plain_host(std::string_view host_field);

/// The request's head, ready to be sent: the client's fields without hop-by-hop ones, our cookies
/// and whatever claims to know who the client is; that we say ourselves. `target` is path and
/// query, as sent.
std::string upstream_head(const Request& request, std::string_view target, const ProxyRules& rules);

/// Fields of an answer that the visitor's browser gets, Content-Type and Location excepted.
HeaderFields passed_fields(const ResponseHead& head, const ProxyRules& rules);

/// A Cookie field without ours; empty when nothing is left.
std::string without_own_cookies(std::string_view cookies, const ProxyRules& rules);

/// A Set-Cookie field that reaches no further than the host it comes from; nothing when it would
/// pose as one of ours.
std::optional<std::string> confined_cookie(std::string_view set_cookie, const ProxyRules& rules);

/// Where a redirect leads a visitor who came by another name than the site's own.
struct Visit {
    std::string_view scheme;                ///< "http" or "https"
    std::string_view host;                  ///< As the visitor wrote it, with the port.
    std::string_view target;                ///< Path and query asked for.
    const std::vector<std::string>& names;  ///< The site's own names.
};
/// Redirects to the visited host or to one of the site's names stay with the visitor's address.
/// All others, and one that would lead back to where the visitor is, are left as they are.
std::string kept_location(std::string_view location, const Visit& visit);

}  // namespace hostelry::http
