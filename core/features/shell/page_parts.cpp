#include "core/features/shell/page_parts.h"

#include "core/base/text.h"

namespace hostelry::shell {
namespace {

constexpr std::size_t kFilterBytesMax = 300;  // The longest domain, and a little more.

}  // namespace

bool asks_for(const http::Request& request, std::string_view element) {
    return request.is_htmx() && request.header("hx-target").value_or("") == element;
}

std::string page_before(const http::Request& request) {
    const auto referrer = request.header("referer").value_or("");
    const auto host = referrer.find("//");
    const auto path =
        host == std::string_view::npos ? std::string_view::npos : referrer.find('/', host + 2);
    if (path == std::string_view::npos || referrer.substr(path).starts_with("//")) {
        return "/";
    }
    return std::string(referrer.substr(path));
}

std::string filter_text(const http::Request& request, std::string_view name) {
    const std::string text(trim(request.query(name).value_or("")));
    const bool is_usable = text.size() <= kFilterBytesMax && !has_control_bytes(text);
    return is_usable ? text : std::string();
}

std::string link_with(std::string_view path, const Parameters& parameters) {
    std::string link(path);
    char separator = '?';
    for (const auto& [name, value] : parameters) {
        if (!value.empty()) {
            link += separator + name + "=" + percent_encode(value);
            separator = '&';
        }
    }
    return link;
}

}  // namespace hostelry::shell
