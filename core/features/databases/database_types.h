#pragma once

#include "core/base/describe.h"
#include "core/features/databases/site_database.h"

#include <optional>
#include <string>

namespace hostelry::databases {

/// What of the list is wanted.
struct ListDatabases {
    std::string words{};
    std::string after{};
};

struct DatabaseAnswer {
    DatabaseId id{};
    std::string name{};
    std::string user{};
    std::string site{};
    std::string site_domain{};
    std::string account{};
    bool is_made = false;
    bool is_resetting = false;
    std::optional<std::int64_t> size_bytes{};
    std::optional<std::int64_t> table_count{};
    std::optional<TimePoint> measured_at{};
    TimePoint created_at{};
};
DatabaseAnswer answer_of(const SiteDatabase& database);

struct PasswordResetAnswer {
    std::string job{};
};

}  // namespace hostelry::databases

template <>
const hostelry::Description& hostelry::describe<hostelry::databases::ListDatabases>();
template <>
const hostelry::Description& hostelry::describe<hostelry::databases::DatabaseAnswer>();
template <>
const hostelry::Description& hostelry::describe<hostelry::databases::PasswordResetAnswer>();
