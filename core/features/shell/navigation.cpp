#include "core/features/shell/navigation.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <string>

namespace hostelry::shell {
namespace {

struct Section {
    const char* group;
    const char* section;
    const char* label;
    const char* icon;
    const char* href;
    const char* permission;
    const char* go_key;
};

// The one list of what the panel has. A section appears when the person has its permission.
constexpr std::array kSections{
    Section{"", "dashboard", "Overview", "layout-dashboard", "/", "self", "o"},
    Section{"Hosting", "sites", "Sites", "globe", "/sites", "site:read", "s"},
    Section{"Hosting", "dns", "Domains & DNS", "route", "/dns", "dns:read", "d"},
    Section{
        "Hosting",
        "certificates",
        "Certificates",
        "shield-check",
        "/certificates",
        "certificate:read",
        "c"},
    Section{"Hosting", "databases", "Databases", "database", "/databases", "database:read", "b"},
    Section{"Infrastructure", "servers", "Servers", "server", "/servers", "server:read", "v"},
    Section{"Business", "tenants", "Clients", "users", "/tenants", "tenant:read", "t"},
    Section{"System", "users", "People", "user", "/users", "user:read", "u"},
    Section{"System", "plugins", "Plugins", "puzzle", "/plugins", "plugin:read", "p"},
    Section{"System", "jobs", "Jobs", "list-checks", "/jobs", "job:read", "j"},
    Section{"System", "audit", "Audit", "scroll-text", "/audit", "audit:read", "a"},
    Section{"System", "settings", "Settings", "settings", "/settings", "settings:read", ""},
};

struct Command {
    const char* label;
    const char* icon;
    const char* href;
    const char* permission;
    const char* also_called;
};

// What can be begun from anywhere.
constexpr std::array kCommands{
    Command{
        "Create site", "plus", "/sites/new", "site:create", "new add website domain wordpress app"},
    Command{"Add server", "plus", "/servers/new", "server:create", "new create machine node host"},
    Command{
        "New DNS zone",
        "plus",
        "/dns/new",
        "tenant:create",
        "add create domain nameserver records"},
    Command{
        "New client",
        "plus",
        "/tenants/new",
        "tenant:create",
        "add create customer reseller account tenant"},
    Command{
        "New person", "user-plus", "/users/new", "user:create", "add create user account invite"},
    Command{
        "Upload certificate",
        "upload",
        "/certificates/new",
        "certificate:update",
        "add install new ssl tls https"},
    Command{
        "Your profile",
        "user",
        "/profile",
        "self",
        "change password time zone language account settings"},
};

bool may_open(const http::Principal& principal, std::string_view permission) {
    return permission == "self" || principal.may(permission);
}

bool fits(const std::string& text, std::string_view words) {
    const auto wanted = split(words, ' ');
    return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& word) {
        return text.find(word) != std::string::npos;
    });
}

}  // namespace

std::vector<view::PaletteItem> commands_named(
    const http::Principal& principal, std::string_view words
) {
    std::vector<view::PaletteItem> items;
    for (const auto& command : kCommands) {
        const std::string text = lower_ascii(command.label) + " " + command.also_called;
        if (may_open(principal, command.permission) && fits(text, words)) {
            items.push_back(
                {.label = command.label,
                 .hint = "Action",
                 .icon = command.icon,
                 .href = command.href}
            );
        }
    }
    for (const auto& group : navigation_for(principal)) {
        for (const auto& entry : group.entries) {
            if (fits(lower_ascii(entry.label), words)) {
                const std::string keys = entry.go_key.empty() ? "" : "g " + entry.go_key;
                items.push_back(
                    {.label = entry.label, .hint = keys, .icon = entry.icon, .href = entry.href}
                );
            }
        }
    }
    return items;
}

std::vector<view::NavGroup> navigation_for(const http::Principal& principal) {
    std::vector<view::NavGroup> groups;
    for (const auto& section : kSections) {
        if (!may_open(principal, section.permission)) {
            continue;
        }
        if (groups.empty() || groups.back().label != section.group) {
            groups.push_back({.label = section.group, .entries = {}});
        }
        groups.back().entries.push_back({
            .section = section.section,
            .label = section.label,
            .icon = section.icon,
            .href = section.href,
            .count = {},
            .go_key = section.go_key,
        });
    }
    return groups;
}

}  // namespace hostelry::shell
