#pragma once
// A database of a site, with a user of its own. No I/O.

#include "core/base/clock.h"
#include "core/base/id.h"

#include <cstdint>
#include <optional>
#include <string>

namespace hostelry::databases {

using DatabaseId = Id<struct DatabaseTag>;

struct SiteDatabase {
    DatabaseId id{};
    TenantId tenant{};
    std::string tenant_name{};
    Uuid site{};
    std::string site_key{};
    std::string site_domain{};  ///< A-labels.
    ServerId server{};
    std::string name{};
    std::string user_name{};
    bool is_made = false;       ///< It exists on the server.
    bool is_resetting = false;  ///< A new password is on its way.
    std::optional<std::int64_t> size_bytes{};
    std::optional<std::int64_t> table_count{};
    std::optional<TimePoint> measured_at{};
    std::string measure_error{};  ///< Why the last measurement failed; empty when it did not.
    TimePoint created_at{};
};

}  // namespace hostelry::databases
