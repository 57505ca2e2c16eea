#include "core/agent/runtime/names.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>

namespace hostelry::agent {

namespace {

constexpr std::size_t kPathBytesMax = 1024;
constexpr std::size_t kPathPartBytesMax = 200;
constexpr std::size_t kHostNamesMax = 100;
constexpr std::array<std::string_view, 6> kReservedKeys{
    "sshd", "sync", "systemd", "syslog", "stunnel4", "saned"};

bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

template <class Test>
bool all(std::string_view text, Test test) {
    return std::all_of(text.begin(), text.end(), test);
}

bool is_path_part(std::string_view part) {
    return !part.empty() && part != "." && part != ".." && part.size() <= kPathPartBytesMax;
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           all(label, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_cron_field(std::string_view field) {
    return !field.empty() && field.size() <= 60 && all(field, [](char c) {
        return (c >= '0' && c <= '9') || c == '*' || c == '/' || c == ',' || c == '-';
    }) && (field.front() == '*' || (field.front() >= '0' && field.front() <= '9'));
}

}  // namespace

bool is_site_key(std::string_view text) {
    return text.size() >= 4 && text.size() <= 16 && text.front() == 's' &&
           all(text, is_lower_or_digit) &&
           std::find(kReservedKeys.begin(), kReservedKeys.end(), text) == kReservedKeys.end();
}

bool is_database_name_of(std::string_view site, std::string_view text) {
    if (text == site) {
        return true;
    }
    if (text.size() < site.size() + 2 || text.size() > site.size() + 21 ||
        text.substr(0, site.size()) != site || text[site.size()] != '_') {
        return false;
    }
    return all(text.substr(site.size() + 1), [](char c) {
        return is_lower_or_digit(c) || c == '_';
    });
}

bool is_php_version(std::string_view text) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return text.size() == 3 && digit(text[0]) && text[1] == '.' && digit(text[2]);
}

bool is_host_name(std::string_view text) {
    if (text.empty() || text.size() > 253) {
        return false;
    }
    const auto labels = split(text, '.');
    // A last label of digits would make it an IPv4 address.
    return labels.size() >= 2 && std::all_of(labels.begin(), labels.end(), is_label) &&
           !all(labels.back(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_site_path(std::string_view text) {
    if (text.empty() || text.size() > kPathBytesMax || !is_valid_utf8(text) ||
        has_control_bytes(text)) {
        return false;
    }
    const auto parts = split(text, '/');
    return parts.front() != "logs" && std::all_of(parts.begin(), parts.end(), is_path_part);
}

bool is_plain_name(std::string_view text) {
    return !text.empty() && text.size() <= 32 && text.front() >= 'a' && text.front() <= 'z' &&
           all(text, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

std::optional<unsigned> parse_mode(std::string_view text) {
    if (text.size() == 4 && text.front() == '0') {
        text.remove_prefix(1);
    }
    if (text.size() != 3 || !all(text, [](char c) { return c >= '0' && c <= '7'; })) {
        return std::nullopt;
    }
    unsigned mode = 0;
    for (const char c : text) {
        mode = mode * 8 + static_cast<unsigned>(c - '0');
    }
    return mode;
}

bool is_cron_schedule(std::string_view text) {
    const auto fields = split(text, ' ');
    return fields.size() == 5 && std::all_of(fields.begin(), fields.end(), is_cron_field);
}

bool is_one_line(std::string_view text, std::size_t bytes_max) {
    return text.size() <= bytes_max && is_valid_utf8(text) && !has_control_bytes(text);
}

void Problems::unless(bool fine, std::string field, std::string message) {
    if (!fine) {
        found_.push_back({std::move(field), std::move(message)});
    }
}

void check_site(Problems& problems, std::string_view site) {
    problems.unless(is_site_key(site), "site", "A site key looks like s7f3k2m9.");
}

void check_path(Problems& problems, std::string_view field, std::string_view path) {
    problems.unless(
        is_site_path(path),
        std::string(field),
        "A path is relative to the site's home, without empty, \".\" or \"..\" parts, and not "
        "below logs."
    );
}

void check_mode(Problems& problems, std::string_view mode) {
    problems.unless(
        parse_mode(mode).has_value(), "mode", "A mode is three octal digits, for example 0640."
    );
}

void check_php_version(Problems& problems, std::string_view version) {
    problems.unless(is_php_version(version), "php_version", "A PHP version looks like 8.2.");
}

void check_host_names(
    Problems& problems, std::string_view field, const std::vector<std::string>& names
) {
    problems.unless(names.size() <= kHostNamesMax, std::string(field), "At most 100 names.");
    for (std::size_t i = 0; i < names.size(); ++i) {
        problems.unless(
            is_host_name(names[i]),
            std::string(field) + "." + std::to_string(i),
            "A name is a lower-case host name in ASCII form, for example www.example.org."
        );
    }
}

}  // namespace hostelry::agent
