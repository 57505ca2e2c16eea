#include "core/features/shell/flash.h"

#include "core/base/text.h"

namespace hostelry::shell {
namespace {

constexpr std::string_view kCookie = "__Host-flash";
constexpr std::size_t kFlashBytesMax = 1000;
constexpr std::chrono::seconds kFlashLife{60};

bool is_own_path(std::string_view path) {
    return path.starts_with('/') && !path.starts_with("//");
}

}  // namespace

void leave_flash(http::Response& response, std::string_view text, std::string_view undo_href) {
    const std::string whole =
        std::string(text.substr(0, kFlashBytesMax)) + "\x1f" + std::string(undo_href);
    response.set_cookie(
        {.name = std::string(kCookie),
         .value = to_base64url(as_bytes(whole)),
         .max_age = kFlashLife}
    );
}

std::vector<view::Toast> flashes_of(const http::Request& request) {
    const auto cookie = request.cookie(kCookie);
    const auto bytes = cookie ? from_base64url(*cookie) : std::nullopt;
    const std::string whole = bytes ? to_string(*bytes) : std::string{};
    const auto parts = split(whole, '\x1f');
    if (whole.empty() || parts.size() != 2 || !is_valid_utf8(whole)) {
        return {};
    }
    view::Toast toast{.id = "toast-flash", .text = parts[0], .undo_href = {}};
    if (is_own_path(parts[1])) {
        toast.undo_href = parts[1];
    }
    return {toast};
}

bool has_flash(const http::Request& request) {
    return request.cookie(kCookie).has_value();
}

void clear_flash(http::Response& response) {
    response.clear_cookie(kCookie);
}

}  // namespace hostelry::shell
