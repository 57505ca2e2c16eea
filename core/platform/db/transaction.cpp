#include "core/platform/db/transaction.h"

#include "core/platform/db/connection.h"
#include "core/platform/db/result_set.h"

#include <charconv>
#include <stdexcept>
#include <string>

namespace hostelry::db {

Rows Transaction::run(std::string_view sql, std::span<const Param> params) {
    return Rows{std::make_shared<ResultSet>(connection_.run(sql, params))};
}

std::int64_t Transaction::run_counting(std::string_view sql, std::span<const Param> params) {
    const ResultSet answer = connection_.run(sql, params);
    const std::string_view count = PQcmdTuples(answer.result.get());
    std::int64_t rows = 0;  // stays so for what touches none by nature
    std::from_chars(count.data(), count.data() + count.size(), rows);
    return rows;
}

void Transaction::run_deferred(std::string_view sql, std::span<const Param> params) {
    connection_.defer(sql, params);
}

void Transaction::run_script(std::string_view sql) {
    connection_.run_script(sql);
}

void Transaction::enter_tenant(TenantId tenant) {
    connection_.enter_tenant(tenant);
    tenant_ = tenant;
}

std::optional<Row> Transaction::at_most_one(const Rows& rows, std::string_view sql) {
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
