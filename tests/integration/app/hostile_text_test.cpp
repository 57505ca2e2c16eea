// Text that wants to be a script, in every column that takes it, shown on every page there is; and
// in the addresses and filters of pages. Templates escape by construction; this holds the whole
// panel to it, pages of tomorrow included.

#include "tests/integration/app/app_world.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace hostelry::app {
namespace {

using http::Method;
using ::testing::IsEmpty;

// Ends an attribute, a tag, an element; then what a browser, Alpine and htmx would each run.
constexpr std::string_view kHostile =
    R"('"></td></textarea></script><img src=x onerror=alert(1)><b x-init=alert(1) hx-get=/x>{{7*7}})";
constexpr std::string_view kRaw[] = {
    "<img src=x",
    "onerror=alert(1)>",
    "<b x-init",
    "hx-get=/x>",
    "\"&gt;&lt;/td",  // Only the quote was forgotten: enough to leave an attribute.
    "\"></td></textarea>",
    "'&quot;"};

// Puts the text into every text column of every table that takes it; the rest keeps what it has.
constexpr const char* kSpoilSql = R"(
do $$
declare place record;
begin
    for place in
        select table_name, column_name, data_type from information_schema.columns
         where table_schema = 'hostelry' and is_updatable = 'YES'
           and (data_type = 'text' or (data_type = 'ARRAY' and udt_name = '_text'))
           and column_name not in ('secrets', 'password', 'secrets_sealed')
    loop
        begin
            execute format(
                'update hostelry.%I set %I = %s', place.table_name, place.column_name,
                case place.data_type when 'ARRAY' then 'array[current_setting(''test.hostile'')]'
                                     else 'current_setting(''test.hostile'')' end);
        exception when others then
            null; -- a column of fixed words, unique or checked
        end;
    end loop;
end
$$;)";

std::string read(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

class HostileText : public AppWorld {
protected:
    HostileText() {
        postgres.execute(
            "insert into hostelry.users (tenant_id, id, name, email, role, time_zone, locale, "
            "sessions_valid_from, created_at) values ('" +
                postgres.root().to_string() + "', '" + fresh_id().to_string() +
                "', 'Maja', 'maja@example.org', 'superadmin', 'UTC', 'en', now(), now())",
            "postgres"
        );
        postgres.execute(
            "insert into hostelry.audit_entries (tenant_id, position, event_id, at, type, data, "
            "previous_hash, hash) values ('" +
                postgres.root().to_string() +
                "', 1, gen_random_uuid(), now(), 'site.created', '{}', '', 'x')",
            "postgres"
        );
        const auto tests =
            std::filesystem::path(hostelry::testing::migrations_directory()).parent_path() /
            "tests";
        postgres.execute(read(tests / "support/seed.sql"), "postgres");
    }

    void spoil() {
        std::string quoted;
        for (const char c : kHostile) {
            quoted += c == '\'' ? "''" : std::string(1, c);
        }
        postgres.execute(
            "select set_config('test.hostile', '" + quoted + "', false);" + kSpoilSql, "postgres"
        );
    }

    /// Paths of all pages that can be looked at, each with the id of something that is there.
    std::vector<std::string> pages() const {
        std::vector<std::string> found;
        for (const auto& route : router.routes()) {
            if (route.method != Method::Get || route.api) {
                continue;
            }
            if (route.path.find('{') == std::string::npos) {
                found.push_back(route.path);
                continue;
            }
            static const std::map<std::string, std::string> kTables{
                {"certificates", "certificates"},
                {"databases", "site_databases"},
                {"dns", "dns_zones"},
                {"jobs", "jobs"},
                {"servers", "servers"},
                {"sites", "sites"},
                {"tenants", "tenants"},
                {"users", "users"}};
            const auto kind = route.path.substr(1, route.path.find('/', 1) - 1);
            if (const auto table = kTables.find(kind); table != kTables.end()) {
                found.push_back(with_id(
                    route.path,
                    postgres.value("select max(id::text) from hostelry." + table->second)
                ));
                found.push_back(with_id(
                    route.path,
                    postgres.value("select min(id::text) from hostelry." + table->second)
                ));
            }
        }
        found.emplace_back("/audit/1");
        return found;
    }

    std::string with_id(std::string path, const std::string& id) const {
        const auto replace = [&path](std::string_view name, const std::string& value) {
            if (const auto at = path.find(name); at != std::string::npos) {
                path.replace(at, name.size(), value);
            }
        };
        replace("{id}", id);
        replace("{record}", postgres.value("select min(id::text) from hostelry.dns_records"));
        return path;
    }

    /// What of the text stands in a page as a browser would run it.
    static std::vector<std::string> complaints(const std::string& path, const PanelReply& reply) {
        std::vector<std::string> found;
        for (const auto raw : kRaw) {
            if (const auto at = reply.body.find(raw); at != std::string::npos) {
                found.push_back(path + ": " + reply.body.substr(at > 80 ? at - 80 : 0, 160));
            }
        }
        if (reply.status >= 500) {
            found.push_back(path + ": " + std::to_string(reply.status));
        }
        return found;
    }
};

TEST_F(HostileText, StaysTextOnEveryPage) {
    const auto all = pages();
    spoil();
    std::vector<std::string> found;
    int showing = 0;
    for (const auto& path : all) {
        const auto reply = get(path);
        for (auto& complaint : complaints(path, reply)) {
            found.push_back(std::move(complaint));
        }
        showing += reply.has("&lt;img src=x") ? 1 : 0;
    }
    EXPECT_THAT(found, IsEmpty());
    EXPECT_GT(all.size(), 50U);
    EXPECT_GT(showing, 20) << "pages that show it at all";
}

TEST_F(HostileText, StaysTextInAddressesAndFilters) {
    const auto hostile = percent_encode(kHostile);
    std::vector<std::string> found;
    std::vector<std::string> asked{
        "/" + hostile,
        "/sites/" + hostile,
        "/audit/" + hostile,
        "/api/v1/sites/" + hostile,
        "/api/v1/" + hostile,
        "/sign-in?next=" + hostile,
        "/setup/" + hostile};
    for (const char* list :
         {"/sites",
          "/servers",
          "/dns",
          "/databases",
          "/tenants",
          "/users",
          "/jobs",
          "/audit",
          "/certificates",
          "/search",
          "/palette",
          "/sites/new",
          "/api/v1/sites",
          "/api/v1/jobs"}) {
        for (const char* field : {"q", "state", "after", "template", "no_such_field"}) {
            asked.push_back(std::string(list) + "?" + field + "=" + hostile);
        }
    }
    for (const auto& path : asked) {
        const auto reply = get(path);
        const auto type = reply.headers.find("content-type");
        if (type != reply.headers.end() && type->second.find("json") != std::string::npos) {
            EXPECT_LT(reply.status, 500) << path;
            continue;  // A browser is told never to read it as a page.
        }
        for (auto& complaint : complaints(path, reply)) {
            found.push_back(std::move(complaint));
        }
    }
    EXPECT_THAT(found, IsEmpty());
}

TEST_F(HostileText, FindsNothingBesideThePagesThatThereAre) {
    for (const char* path :
         {"/metrics",
          "/healthz",
          "/readyz",
          "/.git/config",
          "/.env",
          "/debug",
          "/server-status",
          "/panel.json",
          "/master.key",
          "/assets/../master.key",
          "/assets/%2e%2e/master.key",
          "/migrations/0001_platform_roles.up.sql"}) {
        EXPECT_GE(get(path).status, 400) << path;
    }
}

}  // namespace
}  // namespace hostelry::app
