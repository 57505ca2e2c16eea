#include "core/features/shell/navigation.h"

#include <array>

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

}  // namespace

std::vector<view::NavGroup> navigation_for(const http::Principal& principal) {
    std::vector<view::NavGroup> groups;
    for (const auto& section : kSections) {
        if (std::string_view(section.permission) != "self" && !principal.may(section.permission)) {
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
