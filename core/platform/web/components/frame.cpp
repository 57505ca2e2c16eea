#include "core/platform/web/components/frame.h"

#include <algorithm>
#include <utility>

namespace hostelry::view {
namespace {

Action go_home() {
    return {
        .label = "Go to the overview",
        .icon = "layout-dashboard",
        .href = "/",
        .look = ActionLook::Primary};
}

ErrorPage page(int status, std::string title, std::string text, std::vector<Action> actions) {
    ErrorPage result;
    result.status = status;
    result.title = std::move(title);
    result.text = std::move(text);
    result.actions = std::move(actions);
    return result;
}

// The first character of a word, all bytes of it.
std::string first_character(std::string_view word) {
    std::size_t size = 1;
    while (size < word.size() && (static_cast<unsigned char>(word[size]) & 0xC0U) == 0x80U) {
        ++size;
    }
    std::string character(word.substr(0, size));
    if (size == 1 && character[0] >= 'a' && character[0] <= 'z') {
        character[0] = static_cast<char>(character[0] - 'a' + 'A');
    }
    return character;
}

}  // namespace

ErrorPage error_page_for(int status) {
    switch (status) {
        case 403:
            return page(
                403,
                "You may not open this page",
                "Your role does not include it. If you need it, ask whoever manages your account.",
                {go_home()}
            );
        case 404:
            return page(
                404,
                "This page does not exist",
                "It was removed, it belongs to another account, or the address has a typing error.",
                {go_home()}
            );
        case 405:
            return page(
                405,
                "This address cannot be opened that way",
                "Go back to the page you came from and use its buttons.",
                {go_home()}
            );
        case 429:
            return page(
                429,
                "Too many requests",
                "Wait a minute, then try again. Nothing was changed by the last one.",
                {go_home()}
            );
        case 503:
            return page(
                503,
                "The panel is busy or being updated",
                "Your sites keep running. Try again in a moment.",
                {go_home()}
            );
        default:
            return page(
                status,
                status < 500 ? "The panel cannot do that" : "Something went wrong on our side",
                status < 500
                    ? "The request was not in a form the panel understands. Nothing was changed."
                    : "It was written down with the id below. Try again; if it happens again, "
                      "tell support that id.",
                {go_home()}
            );
    }
}

ErrorPage session_expired_page(std::string sign_in_href) {
    return page(
        401,
        "Your session has ended",
        "Sign in again to go on where you were. Nothing that you had saved is lost.",
        {{.label = "Sign in",
          .icon = "log-in",
          .href = std::move(sign_in_href),
          .look = ActionLook::Primary}}
    );
}

std::string initials(std::string_view name) {
    std::string result;
    for (int words = 0; words < 2 && !name.empty();) {
        const auto space = std::min(name.find(' '), name.size());
        if (space > 0) {
            result += first_character(name.substr(0, space));
            ++words;
        }
        name.remove_prefix(std::min(space + 1, name.size()));
    }
    return result;
}

}  // namespace hostelry::view
