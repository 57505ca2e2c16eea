#include "core/features/shell/flash.h"

#include "core/base/text.h"

namespace hostelry::shell {
namespace {

constexpr std::string_view kCookie = "__Host-flash";
constexpr std::size_t kFlashBytesMax = 1000;
constexpr std::size_t kUndoBytesMax = 1800;  // A page of selected rows; browsers keep 4 KiB.
constexpr std::chrono::seconds kFlashLife{60};
constexpr std::string_view kFailure = "failure";
constexpr std::string_view kDone = "done";

/// Not in the middle of a letter.
std::string_view beginning_of(std::string_view text) {
    text = text.substr(0, kFlashBytesMax);
    while (!is_valid_utf8(text)) {
        text.remove_suffix(1);
    }
    return text;
}

bool is_own_path(std::string_view path) {
    return path.starts_with('/') && !path.starts_with("//");
}

}  // namespace

void leave_flash(http::Response& response, const view::Toast& toast) {
    std::string whole{toast.kind == view::ToastKind::Failure ? kFailure : kDone};
    whole += "\x1f" + std::string(beginning_of(toast.text)) + "\x1f";
    whole += toast.undo_href.size() <= kUndoBytesMax ? toast.undo_href : "";
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
    if (whole.empty() || parts.size() != 3 || !is_valid_utf8(whole)) {
        return {};
    }
    view::Toast toast{.id = "toast-flash", .text = parts[1], .undo_href = {}};
    if (parts[0] == kFailure) {
        toast.kind = view::ToastKind::Failure;
    }
    if (is_own_path(parts[2])) {
        toast.undo_href = parts[2];
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
