// A small account in a big panel: what its pages cost must depend on what it has, not on what
// everybody else has. Row-level security alone hides the others' rows only after reading them.

#include "tests/integration/app/app_world.h"
#include "tests/support/eventually.h"

#include <map>

namespace hostelry::app {
namespace {

using hostelry::testing::eventually;
using http::Method;

constexpr int kOthers = 1500;
constexpr const char* kCrowdSql = R"(
    create temporary table crowd as select gen_random_uuid() as id, n from generate_series(1, {others}) n;
    insert into hostelry.tenants (id, parent_id, name, slug, kind)
    select id, '{root}', 'Other ' || n, 'other-' || n, 'client' from crowd;
    insert into hostelry.users (tenant_id, id, name, email, role, time_zone, locale, sessions_valid_from, created_at)
    select id, gen_random_uuid(), 'O', 'o' || n || '@example.org', 'client', 'UTC', 'en', now(), now() from crowd;
    insert into hostelry.servers (tenant_id, id, name, kind, address, public_address, host_key, state)
    select id, gen_random_uuid(), 'web-' || n, 'ssh', 'web-' || n, '192.0.2.1', 'k', 'failed' from crowd;
    insert into hostelry.sites (tenant_id, id, key, domain, with_www, plugin, template, template_title, secrets, server_id,
                                server_name, server_address, state)
    select id, gen_random_uuid(), 's' || lpad(n::text, 4, '0'), n || '.example', false, 'p', 't', 'T', 'x',
           gen_random_uuid(), 'web', '192.0.2.1', 'failed' from crowd;
    insert into hostelry.site_databases (tenant_id, id, site_id, site_key, site_domain, server_id, name, user_name, password)
    select tenant_id, gen_random_uuid(), id, key, domain, server_id, key, key, 'x' from hostelry.sites;
    insert into hostelry.certificates (tenant_id, id, site_id, site_key, server_id, kind, state, names, not_before, not_after)
    select tenant_id, gen_random_uuid(), id, key, server_id, 'acme', 'failed', array[domain], now(), now() from hostelry.sites;
    insert into hostelry.dns_zones (tenant_id, id, name, backend_id, state)
    select c.id, gen_random_uuid(), c.n || '.zone.example', b.id, 'failed' from crowd c, hostelry.dns_backends b;
    insert into hostelry.jobs (id, tenant_id, kind, title, queue, state, finished_at)
    select gen_random_uuid(), id, 'site.deploy', 'Deploy', 'default', 'failed', now() from crowd;
    insert into hostelry.audit_entries (tenant_id, position, event_id, at, type, data, previous_hash, hash)
    select id, n, gen_random_uuid(), now(), 'site.created', '{}', '', 'x' from crowd;
    analyze)";
constexpr const char* kWhollyReadSql = R"(
    select string_agg(relname || ': ' || rows || ' rows', ', ')
      from (select t.relname, t.seq_tup_read + coalesce(sum(i.idx_tup_read), 0) as rows
              from pg_stat_user_tables t left join pg_stat_user_indexes i using (relid)
             where t.schemaname = 'hostelry' group by t.relid, t.relname, t.seq_tup_read) read
     where rows >= {others})";
// A connection tells what it has read when it ends.
constexpr const char* kConnectionsSql =
    "select count(*) from pg_stat_activity where datname = current_database() and usename = ";

class Crowd : public AppWorld {
protected:
    Crowd() {
        add_zone(bob, "bob.example", "ready");  // and the backend all zones are at
        run(kCrowdSql);
        EXPECT_TRUE(eventually([&] { return connections_of("postgres") == 0; }));
    }

    std::size_t connections_of(const std::string& role) const {
        return std::stoul(postgres.value(kConnectionsSql + ("'" + role + "'")));
    }

    std::string filled(std::string sql) const {
        const std::map<std::string, std::string> values{
            {"{root}", postgres.root().to_string()}, {"{others}", std::to_string(kOthers)}};
        for (const auto& [mark, value] : values) {
            for (auto at = sql.find(mark); at != std::string::npos; at = sql.find(mark)) {
                sql.replace(at, mark.size(), value);
            }
        }
        return sql;
    }

    void run(const std::string& sql) { postgres.execute(filled(sql), "postgres"); }

    int look_at_everything() {
        int pages = 0;
        for (const auto& route : router.routes()) {
            if (route.method == Method::Get && route.path.find('{') == std::string::npos) {
                EXPECT_LT(get(route.path).status, 500) << route.path;
                ++pages;
            }
        }
        return pages;
    }
};

TEST_F(Crowd, IsNotReadForTheListsOfAClient) {
    become(users::Role::Client, bob);
    run("select pg_stat_reset()");
    EXPECT_GT(look_at_everything(), 30);
    const auto others = connections_of("hostelry_app") - platform->database().figures().open;
    platform->database().close(std::chrono::seconds{5});
    ASSERT_TRUE(eventually([&] { return connections_of("hostelry_app") == others; }));
    EXPECT_EQ(postgres.value(filled(kWhollyReadSql)), "");
}

}  // namespace
}  // namespace hostelry::app
