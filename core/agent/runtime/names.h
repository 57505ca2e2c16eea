#pragma once
// What names from the panel may look like. Everything that reaches a path, a configuration file, an
// SQL statement or an argument list passes one of these first; they are deliberately narrower than
// what the targets would accept.

#include "core/base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::agent {

/// "s" and 3-15 of [a-z0-9], for example s7f3k2m9: at once Unix user, pool and database name.
bool is_site_key(std::string_view text);
/// The site's key itself, or the key, "_" and 1-20 of [a-z0-9_].
bool is_database_name_of(std::string_view site, std::string_view text);
/// "8.2".
bool is_php_version(std::string_view text);
/// A DNS name in ASCII form, at most 253 bytes, at least two labels.
bool is_host_name(std::string_view text);
/// Relative, normal (no empty, "." or ".." part), printable, at most 1024 bytes, not below "logs".
bool is_site_path(std::string_view text);
/// 1-32 of [a-z0-9-], starting with a letter.
bool is_plain_name(std::string_view text);
/// Three or four octal digits without set-id and sticky bits: "0750".
std::optional<unsigned> parse_mode(std::string_view text);
/// Five fields of [0-9*/,-] as crontab(5) has them; names and "@reboot" are not accepted.
bool is_cron_schedule(std::string_view text);
/// Bytes an argument or a value in a configuration file may hold: no control characters.
bool is_one_line(std::string_view text, std::size_t bytes_max);

/// Collects what is wrong with the facts of an action.
class Problems {
public:
    void unless(bool fine, std::string field, std::string message);
    std::vector<FieldError> take() { return std::move(found_); }

private:
    std::vector<FieldError> found_;
};

/// The sentence for a wrong site key, path, ... so that all actions say it alike.
void check_site(Problems& problems, std::string_view site);
void check_path(Problems& problems, std::string_view field, std::string_view path);
void check_mode(Problems& problems, std::string_view mode);
void check_php_version(Problems& problems, std::string_view version);
void check_host_names(
    Problems& problems, std::string_view field, const std::vector<std::string>& names
);

}  // namespace hostelry::agent
