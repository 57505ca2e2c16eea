#pragma once
// MariaDB of the server, as root over its Unix socket, through its own client. Statements go to the
// client's standard input; names were checked (names.h), texts are quoted here, and passwords never
// appear: the server is given the hash it would compute itself.

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace hostelry::agent {

using SqlRow = std::vector<std::string>;

/// Runs statements; rows of all of them, one after the other.
Result<std::vector<SqlRow>> run_sql(const std::string& statements);

/// `name` in back quotes.
std::string sql_name(std::string_view name);
/// 'text', whatever sql_mode the server has. Only for texts without backslash.
std::string sql_text(std::string_view text);
/// A name where MariaDB expects a pattern, as after GRANT ... ON.
std::string sql_pattern(std::string_view name);
/// What mysql_native_password stores: "*" and 40 upper-case hex digits.
std::string native_password_hash(std::string_view password);

}  // namespace hostelry::agent
