// The setup link for whoever has the machine, and its end.
#include "tests/integration/app/app_world.h"

namespace hostelry::app {
namespace {

using http::Method;
using SetUpLink = AppWorld;

TEST_F(SetUpLink, IsMadeAgainAndAgainUntilSomebodyIsThere) {
    const auto first = call(Method::Post, "/api/v1/setup-links");
    ASSERT_EQ(first.status, 201) << first.body;
    const auto second = call(Method::Post, "/api/v1/setup-links");
    const std::string url = second.json().at("url");
    EXPECT_TRUE(url.starts_with("http://127.0.0.1:8080/setup/")) << url;
    EXPECT_NE(first.json().at("url"), second.json().at("url"));
    postgres.execute(
        "insert into hostelry.users (tenant_id, id, name, email, role, time_zone, locale, "
        "sessions_valid_from, created_at) values ('" +
            postgres.root().to_string() + "', '" + fresh_id().to_string() +
            "', 'Ada', 'ada@root.test', 'superadmin', 'UTC', 'en', now(), now())",
        "postgres"
    );
    const auto refused = call(Method::Post, "/api/v1/setup-links");
    EXPECT_EQ(refused.status, 409);
    EXPECT_TRUE(refused.has("hostelry setup --email"));
}

TEST_F(SetUpLink, IsNotForAdminsAndResellers) {
    for (const auto role : {users::Role::Admin, users::Role::Reseller, users::Role::Client}) {
        become(role, postgres.root());
        EXPECT_EQ(call(Method::Post, "/api/v1/setup-links").status, 403);
    }
    somebody.principal.reset();
    EXPECT_EQ(call(Method::Post, "/api/v1/setup-links").status, 401);
}

}  // namespace
}  // namespace hostelry::app
