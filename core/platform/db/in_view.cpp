#include "core/platform/db/in_view.h"

#include <fmt/format.h>

namespace hostelry::db {

std::string all_in_view(const Selection& selection) {
    return fmt::format(
        "(select {0} from {1} where (select hostelry.sees_all()) and {3} "
        "union all "
        "select {0} from {1} where not (select hostelry.sees_all()) "
        "and {2} in (table hostelry.tenants_in_view) and {3})",
        selection.columns,
        selection.from,
        selection.tenant,
        selection.where
    );
}

std::string newest_in_view(
    const Selection& selection, std::string_view key, std::string_view limit
) {
    return fmt::format(
        "(select {0} from {1} where (select hostelry.sees_all()) and {3} "
        "order by {4} desc limit {5}) "
        "union all "
        "(select found.* from hostelry.tenants_in_view viewed cross join lateral "
        "(select {0} from {1} where {2} = viewed.id and {3} order by {4} desc limit {5}) found "
        "where not (select hostelry.sees_all()) order by {4} desc limit {5})",
        selection.columns,
        selection.from,
        selection.tenant,
        selection.where,
        key,
        limit
    );
}

}  // namespace hostelry::db
