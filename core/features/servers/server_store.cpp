#include "core/features/servers/server_store.h"

namespace hostelry::servers {

namespace {

constexpr auto kInsertServerSql = R"(
    insert into hostelry.servers
        (tenant_id, id, name, kind, address, public_address, ssh_port, ssh_user, host_key, request_key)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10))";

#define SERVER_COLUMNS                                                                            \
    "s.tenant_id, s.id, s.name, s.kind, s.address, s.public_address, s.ssh_port, s.ssh_user, "    \
    "s.host_key, s.state, s.cause, s.created_at, s.state_since, s.facts, s.status, s.status_at, " \
    "s.last_seen_at, s.agent_version, s.agent_certificate_until, "                                \
    "hostelry.is_agent_online(s.last_seen_at, s.offline_since) as is_online "

constexpr auto kFindServerSql = "select " SERVER_COLUMNS "from hostelry.servers s where s.id = $1";
constexpr auto kFindServerByKeySql =
    "select " SERVER_COLUMNS
    "from hostelry.servers s where s.tenant_id = $1 and s.request_key = $2";
constexpr auto kListServersSql = "select " SERVER_COLUMNS R"(
    from hostelry.servers s
   where s.tenant_id in (table hostelry.tenants_in_view)
     and ($1 = '' or position(lower($1) in s.name) > 0 or position(lower($1) in lower(s.address)) > 0)
     and ($2::text is null or s.state = $2)
   order by s.name, s.id limit 500)";
#define SERVER_IS_ONLINE "hostelry.is_agent_online(s.last_seen_at, s.offline_since) "
constexpr auto kTroubledServersSql = "select " SERVER_COLUMNS R"(
    from hostelry.servers s
   where s.tenant_id in (table hostelry.tenants_in_view)
     and (s.state = 'failed' or (s.state = 'ready' and not )" SERVER_IS_ONLINE R"())
   order by s.state_since desc, s.id limit $1)";
#undef SERVER_COLUMNS
constexpr auto kCountServersSql =
    "select count(*) as all_servers, "
    "count(*) filter (where s.state = 'ready' and " SERVER_IS_ONLINE
    ") as ready, "
    "count(*) filter (where s.state = 'ready' and not " SERVER_IS_ONLINE
    ") as offline, "
    "count(*) filter (where s.state = 'failed') as failed from hostelry.servers s "
    "where s.tenant_id in (table hostelry.tenants_in_view)";
#undef SERVER_IS_ONLINE
constexpr auto kCountServersOfTenantSql =
    "select count(*) as servers from hostelry.servers where tenant_id = $1";

constexpr auto kSetServerStateSql = R"(
    update hostelry.servers
       set state = $2, cause = $3, state_since = case when state = $2 then state_since else clock_timestamp() end
     where id = $1)";
constexpr auto kSetServerCauseSql = "update hostelry.servers set cause = $2 where id = $1";
constexpr auto kSetPublicAddressSql =
    "update hostelry.servers set public_address = $2 where id = $1";
constexpr auto kRevokeAgentSql = R"(
    update hostelry.servers
       set agent_certificate = null, agent_certificate_next = null, agent_session = null,
           offline_since = clock_timestamp()
     where id = $1)";
constexpr auto kDeleteServerSql = "delete from hostelry.servers where id = $1";
constexpr auto kInsertEnrolmentSql = R"(
    insert into hostelry.agent_enrolments (tenant_id, id, server_id, token_hash, expires_at)
    values ($1, $2, $3, $4, $5))";
constexpr auto kDeleteEnrolmentsSql = "delete from hostelry.agent_enrolments where server_id = $1";
constexpr auto kInsertPlacementSql = R"(
    insert into hostelry.server_placements (tenant_id, server_id, offered_by) values ($1, $2, $3)
    on conflict do nothing)";
constexpr auto kDeletePlacementSql =
    "delete from hostelry.server_placements where tenant_id = $1 and server_id = $2";
constexpr auto kDeletePlacementsSql = "delete from hostelry.server_placements where server_id = $1";
constexpr auto kPlacementsSql = R"(
    select t.id, t.name, p.created_at from hostelry.server_placements p join hostelry.tenants t on t.id = p.tenant_id
     where p.server_id = $1 and p.tenant_id <> hostelry.current_tenant() order by t.name, t.id limit 500)";
constexpr auto kPossiblePlacementsSql = R"(
    select t.id, t.name, t.created_at from hostelry.tenants t
     where t.id in (table hostelry.tenants_in_view) and t.id <> hostelry.current_tenant() and t.state = 'active'
       and not exists (select from hostelry.server_placements p where p.tenant_id = t.id and p.server_id = $1)
       and not exists (select from hostelry.servers s where s.tenant_id = t.id and s.id = $1)
     order by t.name, t.id limit 500)";
constexpr auto kDescendantNameSql = R"(
    select t.name from hostelry.tenants t
     where t.id = $1 and t.id <> hostelry.current_tenant() and t.state <> 'deleted')";

std::optional<db::JsonText> optional_json(const db::Value& value) {
    return value.is_null() ? std::nullopt : std::optional{value.as_json_text()};
}

Server read_server(const db::Row& row) {
    Server server;
    server.tenant = row["tenant_id"].id<TenantId>();
    server.id = row["id"].id<ServerId>();
    server.name = row["name"].text();
    server.kind = row["kind"].text() == "local" ? ServerKind::Local : ServerKind::Ssh;
    server.address = row["address"].text();
    server.public_address = row["public_address"].text();
    server.ssh_port = row["ssh_port"].integer();
    server.ssh_user = row["ssh_user"].text();
    server.host_key = row["host_key"].text();
    server.state = server_state_from_name(row["state"].text()).value_or(ServerState::Failed);
    server.cause = row["cause"].text();
    server.created_at = row["created_at"].time();
    server.state_since = row["state_since"].time();
    server.facts = row["facts"].as_json_text();
    server.status = optional_json(row["status"]);
    server.status_at = row["status_at"].optional_time();
    server.last_seen_at = row["last_seen_at"].optional_time();
    server.agent_version = row["agent_version"].text();
    server.certificate_until = row["agent_certificate_until"].optional_time();
    server.is_online = row["is_online"].boolean();
    return server;
}

std::optional<Server> read_optional(const std::optional<db::Row>& row) {
    return row ? std::optional{read_server(*row)} : std::nullopt;
}

std::vector<Placement> read_placements(const db::Rows& rows) {
    std::vector<Placement> placements;
    for (const auto& row : rows) {
        placements.push_back({row[0].id<TenantId>(), row[1].text(), row[2].time()});
    }
    return placements;
}

Error taken(std::string field, std::string message) {
    Error error;
    error.code = ErrorCode::Conflict;
    error.message = message;
    error.fields = {{std::move(field), std::move(message)}};
    return error;
}

Error server_conflict(const std::string& constraint) {
    if (constraint == "servers_name") {
        return taken("name", "There is already a server of this name.");
    }
    if (constraint == "servers_one_local") {
        return taken("kind", "This machine is managed already.");
    }
    return taken("address", "A server with this address and port is managed already.");
}

}  // namespace

Result<void> ServerStore::insert(const NewServer& server) {
    try {
        tx_.execute(
            kInsertServerSql,
            server.tenant,
            server.id,
            server.request.name,
            server.request.kind,
            server.request.address,
            server.public_address,
            server.request.port,
            server.ssh_user,
            server.request.host_key,
            server.request_key
        );
        return {};
    } catch (const db::ConstraintViolation& violation) {
        if (violation.kind != db::ConstraintKind::Unique) {
            throw;
        }
        return tl::unexpected(server_conflict(violation.constraint));
    }
}

std::optional<Server> ServerStore::find(ServerId id) {
    return read_optional(tx_.query_optional(kFindServerSql, id));
}

Result<Server> ServerStore::get(ServerId id) {
    auto found = find(id);
    if (!found) {
        return fail(ErrorCode::NotFound, "There is no such server.");
    }
    return *std::move(found);
}

std::optional<Server> ServerStore::find_by_request_key(TenantId tenant, std::string_view key) {
    return read_optional(tx_.query_optional(kFindServerByKeySql, tenant, key));
}

std::vector<Server> ServerStore::list(const ServerFilter& filter) {
    std::optional<std::string> state;
    if (filter.state) {
        state = std::string(state_name(*filter.state));
    }
    std::vector<Server> servers;
    for (const auto& row : tx_.query(kListServersSql, filter.words, state)) {
        servers.push_back(read_server(row));
    }
    return servers;
}

ServerCounts ServerStore::counts() {
    const auto row = tx_.query_one(kCountServersSql);
    ServerCounts counts{
        .all = row["all_servers"].integer(),
        .ready = row["ready"].integer(),
        .offline = row["offline"].integer(),
        .failed = row["failed"].integer()};
    counts.working = counts.all - counts.ready - counts.offline - counts.failed;
    return counts;
}

std::vector<Server> ServerStore::troubled(std::int64_t count_max) {
    std::vector<Server> servers;
    for (const auto& row : tx_.query(kTroubledServersSql, count_max)) {
        servers.push_back(read_server(row));
    }
    return servers;
}

std::int64_t ServerStore::count_of_tenant(TenantId tenant) {
    return tx_.query_one(kCountServersOfTenantSql, tenant)["servers"].integer();
}

bool ServerStore::set_state(ServerId id, ServerState state, std::string_view cause) {
    return tx_.execute(kSetServerStateSql, id, state_name(state), cause) == 1;
}

void ServerStore::set_cause(ServerId id, std::string_view cause) {
    tx_.execute(kSetServerCauseSql, id, cause);
}

void ServerStore::set_public_address(ServerId id, std::string_view address) {
    tx_.execute(kSetPublicAddressSql, id, address);
}

void ServerStore::revoke_agent(ServerId id) {
    tx_.execute(kRevokeAgentSql, id);
    tx_.query("select pg_notify('hostelry_agent', $1)", id.to_string());
}

void ServerStore::remove(ServerId id) {
    tx_.execute(kDeletePlacementsSql, id);
    tx_.execute(kDeleteServerSql, id);
}

void ServerStore::insert_enrolment(
    TenantId tenant, const Uuid& id, ServerId server, std::string_view token_hash, TimePoint until
) {
    tx_.execute(kInsertEnrolmentSql, tenant, id, server, token_hash, until);
}

void ServerStore::remove_enrolments(ServerId server) {
    tx_.execute(kDeleteEnrolmentsSql, server);
}

bool ServerStore::insert_placement(TenantId tenant, ServerId server, TenantId offered_by) {
    return tx_.execute(kInsertPlacementSql, tenant, server, offered_by) == 1;
}

bool ServerStore::remove_placement(TenantId tenant, ServerId server) {
    return tx_.execute(kDeletePlacementSql, tenant, server) == 1;
}

std::vector<Placement> ServerStore::placements(ServerId server) {
    return read_placements(tx_.query(kPlacementsSql, server));
}

std::vector<Placement> ServerStore::possible_placements(ServerId server) {
    return read_placements(tx_.query(kPossiblePlacementsSql, server));
}

std::optional<std::string> ServerStore::descendant_name(TenantId tenant) {
    const auto row = tx_.query_optional(kDescendantNameSql, tenant);
    return row ? std::optional{(*row)[0].text()} : std::nullopt;
}

}  // namespace hostelry::servers
