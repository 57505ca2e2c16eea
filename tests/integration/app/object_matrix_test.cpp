// Somebody else's things, by every route that names one: each answer must be the one that an id
// gets which nobody has, and nothing may change. Routes come from the composed router and things
// from tests/support/seed.sql, so that what is added to either is in here without being written
// down.

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
using nlohmann::json;
using ::testing::IsEmpty;

// One row of each kind in the seed; the first part of a route's path says which it is about.
const std::map<std::string, std::string> kThings{
    {"certificates", "select min(id::text) from hostelry.certificates"},
    {"databases", "select min(id::text) from hostelry.site_databases"},
    {"dns", "select min(id::text) from hostelry.dns_zones"},
    {"jobs", "select min(id::text) from hostelry.jobs"},
    {"servers", "select min(id::text) from hostelry.servers"},
    {"sites", "select min(id::text) from hostelry.sites"},
    {"tenants", "select id::text from hostelry.tenants where slug = 'ada'"},
    {"users", "select id::text from hostelry.users where email = 'maja@example.org'"},
    {"audit", "select min(position)::text from hostelry.audit_entries"},
};
constexpr const char* kRecordSql = "select min(id::text) from hostelry.dns_records";
// Every row of every table, in one number.
constexpr const char* kEverythingSql =
    "select md5(string_agg(tablename || (query_to_xml(format('select md5(string_agg(t::text, '','' "
    "order by t::text)) as sum from hostelry.%I t', tablename), false, true, ''))::text, ',' order "
    "by tablename)) from pg_tables where schemaname = 'hostelry'";

/// "/api/v1/dns-zones/{id}" and "/dns/{id}" are about dns.
std::string kind_of(const std::string& path) {
    constexpr std::string_view kApi = "/api/v1/";
    const auto begin = path.starts_with(kApi) ? kApi.size() : 1;
    return path.substr(begin, path.find_first_of("/-", begin) - begin);
}

std::string filled_in(
    const std::string& pattern, const std::string& id, const std::string& second
) {
    std::string path;
    const std::string* next = &id;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        if (pattern[at] == '{') {
            path += *next;
            next = &second;
            at = pattern.find('}', at);
        } else {
            path += pattern[at];
        }
    }
    return path;
}

json fitting_value(const json& schema, const std::string& id) {
    if (schema.contains("enum")) {
        return schema.at("enum").front();
    }
    const auto& type = schema.at("type");
    const auto name = type.is_array() ? type.front().get<std::string>() : type.get<std::string>();
    if (name == "integer" || name == "number") {
        return std::max(schema.value("minimum", 1), 1);
    }
    if (name == "boolean") {
        return true;
    }
    if (name == "object") {
        return json::object();
    }
    if (name == "array") {
        return json::array();
    }
    const auto format = schema.value("format", "");
    if (format == "email") {
        return "somebody@example.org";
    }
    if (format == "uuid") {
        return id;
    }
    if (format == "hostname") {
        return "fits.example.org";
    }
    return std::string(std::max<std::size_t>(schema.value("minLength", 0U), 4), 'x');
}

/// A body that fits the description, so that a route gets as far as the thing it is about; members
/// that are ids name `id`.
json fitting_body(const Description& description, const std::string& id) {
    json body = json::object();
    const auto schema = json_schema(description);
    for (const auto& [name, member] : schema.at("properties").items()) {
        body[name] = fitting_value(member, id);
    }
    return body;
}

FormPairs fitting_form(const Description& description, const std::string& id) {
    FormPairs pairs;
    const auto body = fitting_body(description, id);
    for (const auto& [name, value] : body.items()) {
        pairs.emplace_back(name, value.is_string() ? value.get<std::string>() : "1");
    }
    return pairs;
}

/// Without what differs between any two answers: tokens, nonces and ids.
std::string comparable(const std::string& body) {
    const auto in_token = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("+/=_-").find(c) != std::string_view::npos;
    };
    std::string text;
    for (std::size_t at = 0; at < body.size();) {
        auto end = at;
        while (end < body.size() && in_token(body[end])) {
            ++end;
        }
        const bool is_token = end - at >= 16;
        text += is_token ? "*" : body.substr(at, std::max<std::size_t>(end - at, 1));
        at = std::max(end, at + 1);
    }
    return text;
}

class ObjectMatrix : public AppWorld {
protected:
    ObjectMatrix() {
        postgres.execute(
            "insert into hostelry.users (tenant_id, id, name, email, role, time_zone, locale, "
            "sessions_valid_from, created_at) values ('" +
                ada.to_string() + "', '" + fresh_id().to_string() +
                "', 'Maja', 'maja@example.org', 'client', 'UTC', 'en', now(), now())",
            "postgres"
        );
        std::ostringstream seed;
        seed << std::ifstream(std::filesystem::path(hostelry::testing::migrations_directory())
                                  .parent_path()
                                  .append("tests/support/seed.sql"))
                    .rdbuf();
        postgres.execute(
            "select set_config('seed.tenant', '" + ada.to_string() + "', false);" + seed.str(),
            "postgres"
        );
        postgres.execute(
            "insert into hostelry.audit_entries (tenant_id, position, event_id, at, type, data, "
            "previous_hash, hash) values ('" +
                ada.to_string() + "', 1, gen_random_uuid(), now(), 'site.created', '{}', '', 'x')",
            "postgres"
        );
    }

    /// What a route answers for a thing; one line for each body it was asked with.
    std::vector<std::string> answers(
        Browser& browser, const http::Route& route, const std::string& id, const std::string& second
    ) {
        const auto path = filled_in(route.path, id, second);
        std::vector<std::string> all;
        const auto keep = [&](const PanelReply& reply) {
            all.push_back(
                std::to_string(reply.status) + " " + comparable(reply.location) + " " +
                comparable(reply.body)
            );
        };
        if (route.method == Method::Get) {
            keep(browser.get(path));
        } else if (route.api) {
            keep(browser.call(route.method, path));
            if (route.request != nullptr) {
                keep(browser.call(route.method, path, fitting_body(*route.request, id)));
            }
        } else {
            keep(browser.post(path, {}));
            keep(browser.post(path, {{"confirm", "fits"}}));
            for (const auto* description : descriptions_of(kind_of(route.path))) {
                keep(browser.post(path, fitting_form(*description, id)));
            }
        }
        return all;
    }

    std::vector<const Description*> descriptions_of(const std::string& kind) const {
        std::vector<const Description*> found;
        for (const auto& route : router.routes()) {
            if (route.api && route.request != nullptr && kind_of(route.path) == kind) {
                found.push_back(route.request);
            }
        }
        return found;
    }

    /// Asks every route that names a thing, for ada's and for nobody's; what differs.
    std::vector<std::string> differences() {
        somebody.principal->by_cookie = true;
        Browser browser{dispatcher};
        browser.get("/sites");
        std::map<std::string, std::string> ids;
        for (const auto& [kind, sql] : kThings) {
            ids[kind] = postgres.value(sql);
        }
        const auto record = postgres.value(kRecordSql);
        std::vector<std::string> found;
        for (const auto& route : router.routes()) {
            const auto kind = ids.find(kind_of(route.path));
            if (route.path.find('{') == std::string::npos || kind == ids.end()) {
                continue;
            }
            const auto nobodys = kind->first == "audit" ? "999999" : fresh_id().to_string();
            const auto second = kind->first == "dns" ? record : ada.to_string();
            compare(
                found,
                route,
                answers(browser, route, kind->second, second),
                answers(browser, route, nobodys, fresh_id().to_string())
            );
        }
        return found;
    }

    /// Asks every operation whose body may name a thing, for each of ada's and for nobody's.
    std::vector<std::string> differences_in_bodies() {
        Browser browser{dispatcher};
        std::vector<std::string> found;
        for (const auto& route : router.routes()) {
            if (!route.api || route.request == nullptr || !names_a_thing(*route.request) ||
                route.path.find('{') != std::string::npos) {
                continue;
            }
            const auto answer = [&](const std::string& id) {
                const auto reply =
                    browser.call(route.method, route.path, fitting_body(*route.request, id));
                return std::to_string(reply.status) + " " + comparable(reply.body);
            };
            for (const auto& [kind, sql] : kThings) {
                if (kind != "audit") {
                    compare(
                        found,
                        route,
                        {answer(postgres.value(sql))},
                        {answer(fresh_id().to_string())}
                    );
                }
            }
        }
        return found;
    }

    static bool names_a_thing(const Description& description) {
        const auto schema = json_schema(description);
        const auto& members = schema.at("properties");
        return std::any_of(members.begin(), members.end(), [](const json& member) {
            return member.value("format", "") == "uuid";
        });
    }

    void compare(
        std::vector<std::string>& found,
        const http::Route& route,
        const std::vector<std::string>& theirs,
        const std::vector<std::string>& none
    ) {
        for (std::size_t at = 0; at < theirs.size(); ++at) {
            if (theirs[at] != none[at] || theirs[at].starts_with("2")) {
                found.push_back(
                    std::string(http::method_name(route.method)) + " " + route.path + ": " +
                    theirs[at].substr(0, 200) + "\ninstead of\n" + none[at].substr(0, 200)
                );
            }
        }
        ++asked;
    }

    int asked = 0;
};

TEST_F(ObjectMatrix, AClientsThingsAreNobodysForTheClientBesideThem) {
    const auto before = postgres.value(kEverythingSql);
    become(users::Role::Client, bob);
    EXPECT_THAT(differences(), IsEmpty());
    EXPECT_GT(asked, 70);
    EXPECT_EQ(postgres.value(kEverythingSql), before);
}

TEST_F(ObjectMatrix, SoTheyAreForAResellerBesideThem) {
    const auto north = postgres.make_tenant(postgres.root(), "north", "reseller");
    const auto before = postgres.value(kEverythingSql);
    become(users::Role::Reseller, north);
    EXPECT_THAT(differences(), IsEmpty());
    EXPECT_EQ(postgres.value(kEverythingSql), before);
}

TEST_F(ObjectMatrix, TheirOwnerGetsOtherAnswers) {
    become(users::Role::Client, ada);
    EXPECT_GT(differences().size(), 40U) << "or the matrix asks nothing";
}

TEST_F(ObjectMatrix, NoBodyReachesThem) {
    const auto before = postgres.value(kEverythingSql);
    become(users::Role::Client, bob);
    EXPECT_THAT(differences_in_bodies(), IsEmpty());
    EXPECT_GT(asked, 20);
    EXPECT_EQ(postgres.value(kEverythingSql), before);
}

}  // namespace
}  // namespace hostelry::app
