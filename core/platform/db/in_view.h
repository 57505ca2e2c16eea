#pragma once
// SQL for tables that grow for ever (jobs, the audit trail), read by tenants of every size.
//
// Row-level security decides what is seen, but only as a filter: it does not lead to the rows. A
// list must say by itself where they are, and the best way differs: the root sees everything and
// walks an index of the whole table; everybody else goes through the tenants in view, whose rows
// lie together. Both ways are written into one statement; the database takes one of them when it
// runs.
//
// Ordinary tables need no more than `tenant_id in (table hostelry.tenants_in_view)`.

#include <string>
#include <string_view>

namespace hostelry::db {

/// A SELECT in parts, without an end. Constants of our own, never text from outside.
struct Selection {
    std::string_view columns;
    std::string_view from;
    std::string_view tenant;  ///< The column that names whose a row is: "j.tenant_id".
    std::string_view where;
};

/// All rows in view, in no order: for counts. In brackets, to follow FROM.
std::string all_in_view(const Selection& selection);

/// The rows in view with the highest `key`, that one first, at most `limit` (a parameter: "$3").
/// Where a page begins is said with a value that is always there ("j.id < $2"): row-level security
/// lets an index do no more than plain comparisons, which COALESCE is not.
/// `key` is among the columns, unique and indexed, by itself and after the tenant. Reads at most
/// `limit` fitting rows of each tenant.
std::string newest_in_view(
    const Selection& selection, std::string_view key, std::string_view limit
);

}  // namespace hostelry::db
