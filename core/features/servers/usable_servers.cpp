#include "core/features/servers/servers.h"

namespace hostelry::servers {

namespace {

constexpr auto kUsableServersSql = R"(
    select id, owner, name, address, php_versions, state, online
      from hostelry.usable_servers($1, $2))";

UsableServer read_usable(const db::Row& row) {
    return {
        .id = row["id"].id<ServerId>(),
        .owner = row["owner"].id<TenantId>(),
        .name = row["name"].text(),
        .address = row["address"].text(),
        .php_versions = php_versions_in(row["php_versions"].as_json_text()),
        .is_ready = row["state"].text() == "ready"};
}

}  // namespace

std::vector<UsableServer> usable_servers(db::Transaction& tx, TenantId tenant) {
    std::vector<UsableServer> servers;
    for (const auto& row : tx.query(kUsableServersSql, tenant, nullptr)) {
        servers.push_back(read_usable(row));
    }
    return servers;
}

Result<UsableServer> usable_server(db::Transaction& tx, TenantId tenant, ServerId server) {
    const auto row = tx.query_optional(kUsableServersSql, tenant, server);
    if (!row) {
        return fail(ErrorCode::NotFound, "There is no such server.");
    }
    auto found = read_usable(*row);
    if (!found.is_ready) {
        return fail(
            ErrorCode::Conflict, "The server " + found.name + " is not ready; see its page for why."
        );
    }
    return found;
}

}  // namespace hostelry::servers
