#include "core/platform/http/proxy_headers.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <set>

namespace hostelry::http {
namespace {

constexpr std::string_view kHostPrefix = "__host-";

constexpr std::array<std::string_view, 10> kHopByHop{
    "connection",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade"};

// What a client could use to pose as somebody else, or what we say ourselves.
constexpr std::array<std::string_view, 14> kOurWord{
    "cf-connecting-ip",
    "client-ip",
    "content-length",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "proxy",
    "true-client-ip",
    "via",
    "x-client-ip",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url"};

// Said for the whole host, or the whole domain above it, which is not the site's to speak for.
constexpr std::array<std::string_view, 13> kNotTheirs{
    "alt-svc",
    "clear-site-data",
    "content-length",
    "content-type",
    "date",
    "location",
    "public-key-pins",
    "referrer-policy",
    "server",
    "set-cookie",
    "strict-transport-security",
    "x-request-id",
    "x-robots-tag"};

template <std::size_t count>
bool is_one_of(const std::array<std::string_view, count>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// The fields that a Connection field names, which end at this hop too.
std::set<std::string> named_hops(std::string_view connection) {
    std::set<std::string> names;
    for (const auto& token : split(connection, ',')) {
        names.insert(lower_ascii(trim(token)));
    }
    return names;
}

bool passes_up(std::string_view name) {
    // PHP and others read "x_forwarded_for" and "x-forwarded-for" as one.
    return !is_one_of(kHopByHop, name) && !is_one_of(kOurWord, name) &&
           !name.starts_with("x-forwarded-") && name.find('_') == std::string_view::npos;
}

void add_line(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
}

bool is_own(std::string_view name, const ProxyRules& rules) {
    return lower_ascii(name).starts_with(kHostPrefix) ||
           std::find(rules.own_cookies.begin(), rules.own_cookies.end(), name) !=
               rules.own_cookies.end();
}

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/// What follows "http://host" or "https://host" when the host is one of the site's; its host too.
struct OwnPlace {
    std::string host;
    std::string_view rest;
};
std::optional<OwnPlace> own_place(std::string_view location, const Visit& visit) {
    const auto lower = lower_ascii(location.substr(0, 8));
    const std::size_t begin = lower.starts_with("https://")  ? 8
                              : lower.starts_with("http://") ? 7
                              : lower.starts_with("//")      ? 2
                                                             : 0;
    if (begin == 0) {
        return std::nullopt;
    }
    location.remove_prefix(begin);
    const auto end = std::min(location.find_first_of("/?#\\"), location.size());
    const auto host = plain_host(location.substr(0, end));
    const bool is_known =
        host && (host == plain_host(visit.host) ||
                 std::find(visit.names.begin(), visit.names.end(), *host) != visit.names.end());
    return is_known ? std::optional{OwnPlace{*host, location.substr(end)}} : std::nullopt;
}

}  // namespace

std::optional<std::string> plain_host(std::string_view host_field) {
    const auto colon = host_field.find(':');
    const auto host = lower_ascii(host_field.substr(0, colon));
    if (host.empty() || !std::all_of(host.begin(), host.end(), is_name_character)) {
        return std::nullopt;
    }
    if (colon != std::string_view::npos) {
        const auto port = host_field.substr(colon + 1);
        const bool is_port = !port.empty() && port.size() <= 5 &&
                             port.find_first_not_of("0123456789") == std::string_view::npos;
        if (!is_port) {
            return std::nullopt;
        }
    }
    return host;
}

std::string without_own_cookies(std::string_view cookies, const ProxyRules& rules) {
    std::string kept;
    for (const auto& pair : split(cookies, ';')) {
        const auto text = trim(pair);
        const auto name = trim(text.substr(0, text.find('=')));
        if (!text.empty() && !is_own(name, rules)) {
            kept.append(kept.empty() ? "" : "; ").append(text);
        }
    }
    return kept;
}

std::optional<std::string> confined_cookie(std::string_view set_cookie, const ProxyRules& rules) {
    const auto parts = split(set_cookie, ';');
    const auto pair = trim(parts.front());
    const auto equals = pair.find('=');
    const auto name = trim(pair.substr(0, equals));
    // A nameless cookie's value is sent back like a name.
    if (equals == std::string_view::npos || name.empty() || is_own(name, rules)) {
        return std::nullopt;
    }
    std::string kept(pair);
    for (auto part = parts.begin() + 1; part != parts.end(); ++part) {
        const auto attribute = trim(*part);
        // Without a domain a cookie belongs to exactly the host that set it.
        if (lower_ascii(trim(attribute.substr(0, attribute.find('=')))) != "domain") {
            kept.append("; ").append(attribute);
        }
    }
    return kept;
}

std::string upstream_head(
    const Request& request, std::string_view target, const ProxyRules& rules
) {
    const auto host = request.header("host").value_or("");
    const auto hops = named_hops(request.header("connection").value_or(""));
    std::string head;
    head.append(method_name(request.method)).append(" ").append(target).append(" HTTP/1.1\r\n");
    add_line(head, "Host", host);
    for (std::size_t i = 0; i < request.headers.size(); ++i) {
        const auto [name, value] = request.headers.at(i);
        if (passes_up(name) && !hops.contains(std::string(name))) {
            add_line(head, name, value);
        }
    }
    const auto cookies = without_own_cookies(request.header("cookie").value_or(""), rules);
    if (!cookies.empty()) {
        add_line(head, "Cookie", cookies);
    }
    const bool has_body = !request.body.empty() || !is_safe(request.method);
    if (has_body) {
        add_line(head, "Content-Length", std::to_string(request.body.size()));
    }
    add_line(head, "X-Forwarded-For", request.client_address);
    add_line(head, "X-Forwarded-Proto", request.is_tls ? "https" : "http");
    add_line(head, "X-Forwarded-Host", host);
    add_line(head, "Connection", "close");
    return head.append("\r\n");
}

HeaderFields passed_fields(const ResponseHead& head, const ProxyRules& rules) {
    const auto hops = named_hops(head.find("connection").value_or(""));
    HeaderFields passed;
    for (const auto& [name, value] : head.fields) {
        if (name == "set-cookie") {
            if (auto cookie = confined_cookie(value, rules)) {
                passed.emplace_back(name, std::move(*cookie));
            }
        } else if (!is_one_of(kHopByHop, name) && !is_one_of(kNotTheirs, name) && !hops.contains(name)) {
            passed.emplace_back(name, value);
        }
    }
    return passed;
}

std::string kept_location(std::string_view location, const Visit& visit) {
    const auto place = own_place(location, visit);
    if (!place) {
        return std::string(location);
    }
    std::string rest(place->rest);
    if (rest.empty() || rest.front() != '/') {
        rest.insert(0, "/");
    }
    const bool leads_back =
        place->host != plain_host(visit.host) && rest.substr(0, rest.find('#')) == visit.target;
    return leads_back ? std::string(location)
                      : std::string(visit.scheme).append("://").append(visit.host).append(rest);
}

}  // namespace hostelry::http
