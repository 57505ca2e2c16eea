#include "core/features/auth/auth.h"

#include "core/platform/log/log.h"

#include <algorithm>

namespace hostelry::auth {

Result<std::optional<http::Principal>> Auth::authenticate(const http::Request& request) {
    const auto token = request.cookie(kSessionCookie);
    if (!token || token->empty()) {
        return std::optional<http::Principal>{};
    }
    auto holder = TRY(find_holder(needs_.database, *token, needs_.clock.now()));
    if (!holder) {
        return std::optional<http::Principal>{};
    }
    http::Principal principal;
    principal.user = holder->user;
    principal.tenant = holder->acting;
    principal.home = holder->home;
    principal.user_name = std::move(holder->name);
    principal.locale = std::move(holder->locale);
    principal.time_zone = std::move(holder->time_zone);
    principal.permissions = permissions_of(holder->role);
    principal.session_key = holder->session.to_string();
    principal.by_cookie = true;
    return std::optional{std::move(principal)};
}

std::vector<std::string> Auth::ended_sessions(const std::vector<std::string>& session_keys) {
    std::vector<Uuid> ids;
    for (const auto& key : session_keys) {
        if (const auto id = Uuid::parse(key)) {
            ids.push_back(*id);
        }
    }
    const auto living = living_sessions(needs_.database, ids, needs_.clock.now());
    if (!living) {
        // Without the database nobody can be asked; the streams' own requests will find out.
        log::warn("auth", "Could not look for ended sessions.", {{"cause", living.error().cause}});
        return {};
    }
    std::vector<std::string> ended;
    for (const auto& key : session_keys) {
        const auto id = Uuid::parse(key);
        if (!id || std::find(living->begin(), living->end(), *id) == living->end()) {
            ended.push_back(key);
        }
    }
    return ended;
}

std::string own_path_or_home(std::string_view next) {
    const bool is_own =
        next.starts_with('/') && !next.starts_with("//") &&
        next.find('\\') == std::string_view::npos && next.size() <= 2000 &&
        std::all_of(next.begin(), next.end(), [](char c) {
            return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f;
        });
    const bool leads_back_here =
        next.starts_with("/sign-") || next.starts_with("/setup/") || next.starts_with("/password/");
    return is_own && !leads_back_here ? std::string(next) : "/";
}

}  // namespace hostelry::auth
