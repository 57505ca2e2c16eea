#include "core/features/shell/page_parts.h"

#include "core/base/text.h"
#include "core/platform/web/described_fields.h"

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

const std::vector<FieldError>& field_errors_of(const Error* error) {
    static const std::vector<FieldError> kNone;
    return error != nullptr ? error->fields : kNone;
}

view::ErrorSummary summary_of(const Error* error, std::string_view consequence) {
    if (error == nullptr) {
        return {};
    }
    if (error->fields.empty()) {
        return {.title = error->message, .messages = {}};
    }
    return view::error_summary_of(error->fields, consequence);
}

int form_status(const Error* error) {
    return error == nullptr ? 200 : error->code == ErrorCode::Conflict ? 409 : 422;
}

bool belongs_to_form(const Error& error) {
    return error.code == ErrorCode::Invalid || error.code == ErrorCode::Conflict ||
           error.code == ErrorCode::Unavailable || error.code == ErrorCode::QuotaExceeded;
}

}  // namespace hostelry::shell
