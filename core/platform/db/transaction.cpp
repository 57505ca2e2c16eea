#include "core/platform/db/transaction.h"

#include "core/platform/db/connection.h"
#include "core/platform/db/result_set.h"

#include <stdexcept>
#include <string>

namespace hostelry::db {

Rows Transaction::run(std::string_view sql, std::span<const Param> params) {
    return Rows{std::make_shared<ResultSet>(ResultSet{connection_.run(sql, params)})};
}

std::int64_t Transaction::run_counting(std::string_view sql, std::span<const Param> params) {
    return static_cast<std::int64_t>(connection_.run(sql, params).affected_rows());
}

void Transaction::run_script(std::string_view sql) {
    connection_.run_script(sql);
}

void Transaction::enter_tenant(TenantId tenant) {
    query("select set_config('app.tenant', $1, true)", tenant);
    tenant_ = tenant;
}

std::optional<Row> Transaction::at_most_one(Rows rows, std::string_view sql) {
    if (rows.size() > 1) {
        throw std::logic_error("More than one row: " + std::string(sql));
    }
    return rows.empty() ? std::nullopt : std::optional{rows.front()};
}

Row Transaction::exactly_one(const Rows& rows, std::string_view sql) {
    if (rows.size() != 1) {
        throw std::logic_error(
            std::to_string(rows.size()) + " rows instead of one: " + std::string(sql)
        );
    }
    return rows.front();
}

}  // namespace hostelry::db
