#include "core/platform/db/dsn.h"

#include <algorithm>

namespace hostelry::db {

std::string with_connect_timeout(const std::string& dsn, std::chrono::seconds timeout) {
    // 0 would mean no limit at all.
    const auto text = "connect_timeout=" + std::to_string(std::max<long>(1, timeout.count()));
    if (!dsn.starts_with("postgres://") && !dsn.starts_with("postgresql://")) {
        return dsn + " " + text;
    }
    return dsn + (dsn.find('?') == std::string::npos ? "?" : "&") + text;
}

}  // namespace hostelry::db
