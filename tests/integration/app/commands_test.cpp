// Commands are made from the routes of the real panel.
#include "core/app/api_commands.h"
#include "core/app/command_line.h"
#include "core/app/route_table.h"
#include "core/app/thing_names.h"
#include "core/base/text.h"
#include "core/platform/http/openapi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <regex>
#include <set>

namespace hostelry::app {
namespace {

using nlohmann::json;

const ApiCommand& command_named(
    const std::vector<ApiCommand>& commands, const std::string& noun, const std::string& verb
) {
    const auto found =
        std::find_if(commands.begin(), commands.end(), [&](const ApiCommand& command) {
            return command.noun == noun && command.verb == verb;
        });
    if (found == commands.end()) {
        throw std::runtime_error("no command " + noun + " " + verb);
    }
    return *found;
}

TEST(Commands, ShowATemplateWithItsOptionsBelow) {
    const RouteTable table{config::Config{}};
    const auto commands = api_commands(table.router());
    const auto& show = command_named(commands, "site-template", "show");
    EXPECT_EQ(path_of(show, {"wordpress"}), "/api/v1/site-templates/wordpress");
    const auto text = render_answer(
        show,
        {{"id", "wordpress"},
         {"title", "WordPress"},
         {"options",
          {{{"name", "admin_email"}, {"title", "E-mail"}, {"required", true}},
           {{"name", "title"}, {"title", "Title"}, {"required", false}}}}}
    );
    EXPECT_NE(text.find("Options in full:\nOption"), std::string::npos) << text;
    EXPECT_NE(text.find("\nadmin_email  E-mail"), std::string::npos) << text;
    EXPECT_EQ(text.find('{'), std::string::npos) << text;
}

TEST(Commands, ListTemplatesWithoutTheLongPart) {
    const RouteTable table{config::Config{}};
    const auto commands = api_commands(table.router());
    const auto& list = command_named(commands, "site-template", "list");
    const json one{
        {"id", "static"}, {"title", "Static"}, {"takes", {"title"}}, {"options", json::array()}};
    const auto text = render_answer(list, {{"items", {one}}, {"next", nullptr}});
    EXPECT_NE(text.find("static"), std::string::npos);
    EXPECT_EQ(text.find("Options in full"), std::string::npos) << text;
}

TEST(Commands, TakeTheFiltersOfAListFromItsDescription) {
    const RouteTable table{config::Config{}};
    const auto commands = api_commands(table.router());
    for (const auto& [noun, filters] : std::map<std::string, std::vector<std::string>>{
             {"job", {"q", "state", "kind", "subject", "after"}},
             {"site", {"q", "state", "after"}},
             {"user", {"q", "tenant", "state", "after"}},
             {"server", {"q", "state"}},
             {"database", {"q", "after"}}}) {
        const auto* query = command_named(commands, noun, "list").route->query;
        ASSERT_NE(query, nullptr) << noun;
        for (const auto& filter : filters) {
            EXPECT_NE(query->find(filter), nullptr) << noun << " " << filter;
        }
    }
}

TEST(Commands, ShowTablesThatFitAScreen) {
    const RouteTable table{config::Config{}};
    const auto commands = api_commands(table.router());
    const auto text = render_answer(
        command_named(commands, "job", "list"),
        {{"items",
          {{{"id", "1"},
            {"title", "Deploy site"},
            {"subject_id", "9"},
            {"note", ""},
            {"error", nullptr}},
           {{"id", "2"},
            {"title", "Renew"},
            {"not_undone", json::array()},
            {"subject_name", "a.test"}}}},
         {"next", nullptr}}
    );
    EXPECT_EQ(text, "Id  Job          About\n1   Deploy site  -\n2   Renew        a.test\n");
}

TEST(Commands, ShowAnObjectInsideAnAnswerBelowItInWords) {
    const RouteTable table{config::Config{}};
    const auto commands = api_commands(table.router());
    const auto text = render_answer(
        command_named(commands, "tenant", "create"),
        {{"tenant", {{"id", "7"}, {"name", "Bakery"}}}, {"password_url", nullptr}}
    );
    EXPECT_NE(text.find("\nTenant:\n"), std::string::npos) << text;
    EXPECT_TRUE(std::regex_search(text, std::regex("Name +Bakery\n"))) << text;
    EXPECT_EQ(text.find('{'), std::string::npos) << text;
}

TEST(Commands, ListOfManyMembersWhatPeopleLookFor) {
    const RouteTable table{config::Config{}};
    const auto commands = api_commands(table.router());
    const json site{
        {"id", "1"},
        {"domain", "xn--bcher-kva.example"},
        {"shown_domain", "bücher.example"},
        {"names", {"xn--bcher-kva.example"}},
        {"key", "s1"},
        {"state", "ready"},
        {"url", "https://xn--bcher-kva.example/"},
        {"created_at", "2026-11-29T13:45:50.437Z"}};
    EXPECT_EQ(
        render_answer(
            command_named(commands, "site", "list"), {{"items", {site}}, {"next", nullptr}}
        ),
        "Id  Shown domain    State  Created at\n1   bücher.example  ready  2026-11-29T13:45Z\n"
    );
    const auto all = render_answer(command_named(commands, "site", "show"), site);
    EXPECT_NE(all.find("https://xn--bcher-kva.example/"), std::string::npos) << all;
    EXPECT_NE(all.find("13:45:50.437Z"), std::string::npos) << all;
}

TEST(Commands, KeepTablesInLineWhateverTheirLetters) {
    const RouteTable table{config::Config{}};
    const auto commands = api_commands(table.router());
    const auto& list = command_named(commands, "job", "list");
    const auto about = [](const std::string& id, const std::string& title) {
        return json{{"id", id}, {"title", title}, {"subject_name", "x"}};
    };
    const std::string long_title = "\u00fc" + std::string(47, 'a') + "\u00fc";
    EXPECT_EQ(
        render_answer(
            list, {{"items", {about("1", "b\u00fccher"), about("2", long_title)}}, {"next", "17"}}
        ),
        "Id  Job                                               About\n"
        "1   b\u00fccher                                            x\n"
        "2   \u00fc" +
            std::string(44, 'a') + "...  x\nMore with: --after 17\n"
    );
    EXPECT_EQ(render_answer(list, {{"items", json::array()}, {"next", nullptr}}), "None.\n");
}

TEST(Commands, FindTheJobThatAnOperationHasStarted) {
    const RouteTable table{config::Config{}};
    const auto commands = api_commands(table.router());
    const auto& create = command_named(commands, "site", "create");
    EXPECT_EQ(job_of(create, {{"id", "a"}, {"job", "b"}}), "b");
    EXPECT_EQ(job_of(create, {{"id", "a"}, {"job", nullptr}}), "");
    EXPECT_EQ(job_of(command_named(commands, "job", "retry"), {{"id", "a"}}), "a");
    EXPECT_EQ(job_of(command_named(commands, "user", "delete"), nullptr), "");
    EXPECT_EQ(
        render_answer(command_named(commands, "server", "remove"), {{"job", "b"}}), "Job  b\n"
    );
}

/// The API's lists, as a panel with these things would answer.
class ThingNamesTest : public ::testing::Test {
protected:
    std::string id(
        const std::string& noun,
        const std::string& verb,
        const std::string& text,
        std::size_t argument = 0
    ) {
        const auto found = names.id_in_path(command_named(commands, noun, verb), argument, text);
        return found ? *found : std::string(code_name(found.error().code));
    }

    RouteTable table{config::Config{}};
    std::vector<ApiCommand> commands{api_commands(table.router())};
    std::vector<std::string> asked;
    std::map<std::string, json> answers;
    ThingNames names{commands, [this](const std::string& path) -> Result<json> {
                         asked.push_back(path);
                         return answers.at(path);
                     }};
};

json listed(const json& items, const json& next = nullptr) {
    return {{"items", items}, {"next", next}};
}

TEST_F(ThingNamesTest, ASiteIsFoundByItsDomainInAnySpelling) {
    answers["/api/v1/sites?q=xn--bckerei-5wa.example"] = listed(
        {{{"id", "of-another"}, {"domain", "new.xn--bckerei-5wa.example"}},
         {{"id", "the-one"}, {"domain", "xn--bckerei-5wa.example"}}}
    );
    EXPECT_EQ(id("site", "show", "B\u00c4ckerei.example"), "the-one");
    EXPECT_EQ(id("site", "suspend", "xn--bckerei-5wa.example"), "the-one");
}

TEST_F(ThingNamesTest, AnIdIsNotLookedUpNorIsWhatHasNoName) {
    constexpr auto kId = "018bcfe5-6800-7000-8000-0000000000b1";
    EXPECT_EQ(id("site", "show", kId), kId);
    EXPECT_EQ(id("job", "show", "something"), "something");
    EXPECT_EQ(id("site-template", "show", "wordpress"), "wordpress");
    EXPECT_THAT(asked, ::testing::IsEmpty());
}

TEST_F(ThingNamesTest, AllPagesAreLookedThrough) {
    answers["/api/v1/users?q=maja%40example.org"] =
        listed({{{"id", "x"}, {"email", "amaja@example.org"}}}, "50");
    answers["/api/v1/users?q=maja%40example.org&after=50"] =
        listed({{{"id", "maja"}, {"email", "maja@example.org"}}});
    EXPECT_EQ(id("user", "show", "maja@example.org"), "maja");
}

TEST_F(ThingNamesTest, NoneAndSeveralAreToldApart) {
    answers["/api/v1/tenants?q=bakery"] = listed(
        {{{"id", "1"}, {"name", "Bakery"}},
         {{"id", "2"}, {"name", "bakery"}},
         {{"id", "3"}, {"name", "Bakery of the North"}}}
    );
    EXPECT_EQ(id("tenant", "show", "bakery"), "conflict");
    answers["/api/v1/tenants?q=mill"] = listed(json::array());
    EXPECT_EQ(id("tenant", "show", "mill"), "not_found");
}

TEST_F(ThingNamesTest, WhatLiesBelowAnotherThingIsNotLookedForThere) {
    EXPECT_EQ(id("dns-record", "delete", "www", 1), "www");
    EXPECT_THAT(asked, ::testing::IsEmpty());
    answers["/api/v1/tenants?q=bakery"] = listed({{{"id", "the-bakery"}, {"name", "Bakery"}}});
    EXPECT_EQ(id("server", "withdraw", "bakery", 1), "the-bakery");
}

TEST_F(ThingNamesTest, AnAnswerThatIsNoListIsAnError) {
    answers["/api/v1/servers?q=web-1"] = "not what an API says";
    EXPECT_EQ(id("server", "show", "web-1"), "internal");
}

TEST_F(ThingNamesTest, AMemberThatIsAnIdTakesTheNameOfWhatItIs) {
    const auto& create = *command_named(commands, "site", "create").route->request;
    answers["/api/v1/servers?q=web-1"] = listed({{{"id", "the-server"}, {"name", "web-1"}}});
    EXPECT_EQ(names.id_of_member(*create.find("server"), "web-1").value(), "the-server");
    EXPECT_EQ(names.id_of_member(*create.find("domain"), "web-1").value(), "web-1");
}

TEST(OpenApi, DescribesTheFiltersOfLists) {
    const RouteTable table{config::Config{}};
    const auto document =
        json::parse(http::openapi_document(table.router(), {.version = kVersion, .description = {}})
        );
    std::map<std::string, json> named;
    for (const auto& parameter :
         document.at("paths").at("/api/v1/jobs").at("get").at("parameters")) {
        named[parameter.at("name").get<std::string>()] = parameter;
    }
    EXPECT_EQ(named.at("state").at("in"), "query");
    EXPECT_EQ(named.at("state").at("schema").at("enum").size(), 7U);
    EXPECT_EQ(named.at("after").at("required"), false);
}

/// The document of the panel's own routes.
class OpenApiDocument : public ::testing::Test {
protected:
    /// Each schema and each "$ref", by where it stands: what is wrong with it.
    void check_schemas(const json& node, const std::string& place) {
        static const std::set<std::string> kTypes{
            "string", "integer", "number", "boolean", "object", "array", "null"};
        if (node.is_object()) {
            if (const auto reference = node.find("$ref"); reference != node.end()) {
                const auto target = reference->get<std::string>();
                if (!target.starts_with("#/") ||
                    !document_.contains(json::json_pointer(target.substr(1)))) {
                    wrong_.push_back(place + ": " + target + " leads nowhere");
                }
            }
            if (node.contains("nullable")) {
                wrong_.push_back(place + ": 3.1 has no \"nullable\"");
            }
            if (const auto type = node.find("type");
                type != node.end() && place.find("securitySchemes") == std::string::npos &&
                !place.ends_with("/properties")) {
                for (const auto& one : type->is_array() ? *type : json::array({*type})) {
                    if (!one.is_string() || !kTypes.contains(one.get<std::string>())) {
                        wrong_.push_back(place + ": no type is called " + one.dump());
                    }
                }
            }
        }
        if (node.is_structured()) {
            for (const auto& [name, child] : node.items()) {
                check_schemas(child, place + "/" + name);
            }
        }
    }

    void check_operation(
        const std::string& path, const std::string& method, const json& operation
    ) {
        const auto place = method + " " + path;
        const auto expect = [&](bool right, const std::string& sentence) {
            if (!right) {
                wrong_.push_back(place + ": " + sentence);
            }
        };
        expect(
            ids_.insert(operation.value("operationId", "")).second, "operationId is not its own"
        );
        expect(!operation.value("summary", "").empty(), "has no summary");
        std::set<std::pair<std::string, std::string>> named;
        for (const auto& parameter : operation.value("parameters", json::array())) {
            const auto in = parameter.value("in", "");
            const auto name = parameter.value("name", "");
            expect(named.emplace(in, name).second, "names " + name + " twice");
            expect(parameter.contains("schema"), name + " has no schema");
            if (in == "path") {
                expect(parameter.value("required", false), name + " must be required");
                expect(
                    path.find("{" + name + "}") != std::string::npos, name + " is not in the path"
                );
            }
        }
        for (auto open = path.find('{'); open != std::string::npos;
             open = path.find('{', open + 1)) {
            const auto name = path.substr(open + 1, path.find('}', open) - open - 1);
            expect(named.contains({"path", name}), name + " is not described");
        }
        const auto answers = operation.value("responses", json::object());
        expect(!answers.empty(), "has no responses");
        for (const auto& [status, answer] : answers.items()) {
            static const std::regex kStatus("default|[1-5](XX|[0-9]{2})");
            expect(std::regex_match(status, kStatus), "has a response " + status);
            expect(!answer.value("description", "").empty(), status + " is not described");
        }
        for (const auto& need : operation.value("security", json::array())) {
            for (const auto& [scheme, scopes] : need.items()) {
                expect(
                    document_.at("components").at("securitySchemes").contains(scheme),
                    "no security scheme is called " + scheme
                );
            }
        }
    }

    const RouteTable table_{config::Config{}};
    const json document_ = json::parse(
        http::openapi_document(table_.router(), {.version = kVersion, .description = {}})
    );
    std::set<std::string> ids_;
    std::vector<std::string> wrong_;
};

TEST_F(OpenApiDocument, KeepsTheRulesOf31) {
    EXPECT_EQ(document_.at("openapi"), "3.1.0");
    EXPECT_FALSE(document_.at("info").at("title").get<std::string>().empty());
    EXPECT_FALSE(document_.at("info").at("version").get<std::string>().empty());
    for (const auto& [path, methods] : document_.at("paths").items()) {
        for (const auto& [method, operation] : methods.items()) {
            check_operation(path, method, operation);
        }
    }
    check_schemas(document_, "");
    EXPECT_THAT(wrong_, ::testing::IsEmpty());
}

TEST_F(OpenApiDocument, CoversEveryRouteOfTheApiAndNothingElse) {
    std::set<std::pair<std::string, std::string>> routes;
    for (const auto& route : table_.router().routes()) {
        if (route.path.starts_with("/api/") && !route.path.ends_with("/openapi.json")) {
            routes.emplace(route.path, lower_ascii(http::method_name(route.method)));
        }
    }
    std::set<std::pair<std::string, std::string>> described;
    for (const auto& [path, methods] : document_.at("paths").items()) {
        for (const auto& [method, operation] : methods.items()) {
            described.emplace(path, method);
        }
    }
    EXPECT_EQ(described, routes);
    EXPECT_GT(routes.size(), 60U);
}

TEST(OpenApi, IsPrintedWithoutARunningPanel) {
    const RouteTable table{config::Config{}};
    const auto document =
        json::parse(http::openapi_document(table.router(), {.version = kVersion, .description = {}})
        );
    EXPECT_EQ(document.at("openapi"), "3.1.0");
    EXPECT_TRUE(document.at("paths").contains("/api/v1/site-templates"));
    EXPECT_TRUE(document.at("paths").contains("/api/v1/setup-links"));
}

}  // namespace
}  // namespace hostelry::app
