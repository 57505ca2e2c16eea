#include "core/base/describe.h"
#include "core/platform/http/openapi.h"
#include "core/platform/http/route.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace hostelry::http {
namespace {

struct NewThing {
    std::string name;
};

Route route(Method method, std::string path) {
    return {
        .method = method,
        .path = std::move(path),
        .permission = "self",
        .access = Access::SignedIn,
        .csrf = Csrf::Token,
        .rate = RateClass::Page,
        .handler = [](Exchange&) { return Response::no_content(); },
    };
}

TEST(Router, MatchesFixedPartsBeforeParameters) {
    Router router;
    router.add(
        {route(Method::Get, "/"),
         route(Method::Get, "/sites/{id}"),
         route(Method::Post, "/sites/new"),
         route(Method::Get, "/sites/{site}/dns/{record}")}
    );
    EXPECT_EQ(router.match(Method::Get, "/").route->path, "/");
    EXPECT_EQ(router.match(Method::Post, "/sites/new").route->path, "/sites/new");
    EXPECT_EQ(router.match(Method::Get, "/sites/new").route->path, "/sites/{id}")
        << "the fixed one has no GET";
    const auto match = router.match(Method::Get, "/sites/7/dns/www");
    ASSERT_NE(match.route, nullptr);
    EXPECT_EQ(match.params[0].first, "site");
    EXPECT_EQ(match.params[0].second, "7");
    EXPECT_EQ(match.params[1].second, "www");
    EXPECT_EQ(router.match(Method::Get, "/sites").route, nullptr);
    EXPECT_EQ(router.match(Method::Get, "/sites").allow, "");
}

TEST(Router, NamesTheMethodsThatAPathHas) {
    Router router;
    router.add({route(Method::Get, "/a"), route(Method::Post, "/a")});
    EXPECT_EQ(router.match(Method::Delete, "/a").allow, "GET, HEAD, POST");
    EXPECT_EQ(router.match(Method::Head, "/a").route->method, Method::Get);
}

TEST(Router, RefusesRoutesThatLeaveSomethingUnsaid) {
    const auto refused = [](auto change) {
        auto incomplete = route(Method::Post, "/a");
        change(incomplete);
        Router router;
        EXPECT_THROW(router.add(incomplete), std::invalid_argument);
    };
    refused([](Route& r) { r.path = "a"; });
    refused([](Route& r) { r.path = "/a/"; });
    refused([](Route& r) { r.path = "/a/{}"; });
    refused([](Route& r) { r.handler = nullptr; });
    refused([](Route& r) { r.permission = ""; });
    refused([](Route& r) { r.access = Access{}; });
    refused([](Route& r) { r.access = Access::Public; });
    refused([](Route& r) { r.csrf = Csrf{}; });
    refused([](Route& r) { r.rate = RateClass{}; });
    refused([](Route& r) { r.csrf = Csrf::None; });
    refused([](Route& r) { r.run = Run::Inline; });
    refused([](Route& r) { r.api = true; });
}

TEST(Router, RefusesTwoRoutesForTheSame) {
    Router router;
    router.add(route(Method::Get, "/a/{id}"));
    EXPECT_THROW(router.add(route(Method::Get, "/a/{name}")), std::invalid_argument);
    EXPECT_NO_THROW(router.add(route(Method::Post, "/a/{name}")));
}

TEST(Router, DumpsItsTable) {
    Router router;
    router.add(route(Method::Get, "/a"));
    EXPECT_EQ(
        router.dump(), "GET    /a signed-in permission=self csrf=token rate=page run=worker\n"
    );
}

}  // namespace
}  // namespace hostelry::http

template <>
inline const hostelry::Description& hostelry::describe<hostelry::http::NewThing>() {
    static const Description kDescription{
        "NewThing",
        {field<&hostelry::http::NewThing::name>(
            "name", {.label = "Name", .required = true, .max = 20}
        )}};
    return kDescription;
}

namespace hostelry::http {
namespace {

TEST(OpenApi, DescribesTheRoutesOfTheApi) {
    Router router;
    auto create = route(Method::Post, "/api/v1/things/{id}");
    create.csrf = Csrf::None;
    create.permission = "thing:create";
    create.api = true;
    create.operation = "createThing";
    create.summary = "Make a thing";
    create.request = &describe<NewThing>();
    create.response = &describe<NewThing>();
    create.response_is_list = true;
    router.add({create, route(Method::Get, "/page")});
    const auto document = nlohmann::json::parse(openapi_document(router, {.version = "1"}));
    EXPECT_EQ(document["openapi"], "3.1.0");
    EXPECT_EQ(document["paths"].size(), 1U);
    const auto& operation = document["paths"]["/api/v1/things/{id}"]["post"];
    EXPECT_EQ(operation["operationId"], "createThing");
    EXPECT_EQ(operation["tags"][0], "things");
    EXPECT_EQ(operation["x-permission"], "thing:create");
    EXPECT_EQ(operation["parameters"][0]["name"], "id");
    EXPECT_EQ(
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/NewThing"
    );
    EXPECT_TRUE(document["components"]["schemas"]["NewThing"]["properties"].contains("name"));
    EXPECT_TRUE(document["components"]["schemas"].contains("Problem"));
}

}  // namespace
}  // namespace hostelry::http
