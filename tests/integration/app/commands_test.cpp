// Commands are made from the routes of the real panel.
#include "core/app/api_commands.h"
#include "core/app/command_line.h"
#include "core/app/route_table.h"
#include "core/platform/http/openapi.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

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
