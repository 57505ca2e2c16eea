#include "core/features/plugins/dns_backend.h"

namespace hostelry::plugins {
namespace {

#define BACKEND_COLUMNS                                                                 \
    "b.id, b.name, b.plugin_id, b.base_url, b.nameservers, b.query_addresses, "         \
    "case when $1 then hostelry.dns_zones_of_backend(b.id) end as zones, b.created_at " \
    "from hostelry.dns_backends b "
constexpr auto kListBackendsSql = "select " BACKEND_COLUMNS "order by lower(b.name)";
constexpr auto kFindBackendSql = "select " BACKEND_COLUMNS "where b.id = $2";
#undef BACKEND_COLUMNS

DnsBackend read_backend(const db::Row& row) {
    return {
        .id = row["id"].id<DnsBackendId>(),
        .name = row["name"].text(),
        .plugin = row["plugin_id"].text(),
        .base_url = row["base_url"].text(),
        .nameservers = row["nameservers"].text_list(),
        .query_addresses = row["query_addresses"].text_list(),
        .zones = row["zones"].optional_integer(),
        .created_at = row["created_at"].time(),
    };
}

}  // namespace

DnsBackend public_part(const DnsBackend& backend) {
    return {
        .id = backend.id,
        .name = backend.name,
        .plugin = backend.plugin,
        .base_url = {},
        .nameservers = backend.nameservers,
        .query_addresses = {},
        .zones = {},
        .created_at = backend.created_at};
}

std::vector<DnsBackend> dns_backends(db::Transaction& tx, CountZones count) {
    std::vector<DnsBackend> backends;
    for (const auto& row : tx.query(kListBackendsSql, count == CountZones::Yes)) {
        backends.push_back(read_backend(row));
    }
    return backends;
}

std::optional<DnsBackend> find_dns_backend(db::Transaction& tx, DnsBackendId id) {
    const auto row = tx.query_optional(kFindBackendSql, false, id);
    return row ? std::optional{read_backend(*row)} : std::nullopt;
}

}  // namespace hostelry::plugins
