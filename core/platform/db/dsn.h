#pragma once

#include <chrono>
#include <string>

namespace hostelry::db {

/// A libpq connection string, in words or as a URL, with a limit for connecting.
std::string with_connect_timeout(const std::string& dsn, std::chrono::seconds timeout);

}  // namespace hostelry::db
