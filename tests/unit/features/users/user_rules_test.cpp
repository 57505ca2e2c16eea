#include "core/features/users/users.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace hostelry::users {
namespace {

TEST(EmailRule, TakesOneAddress) {
    for (const auto* good :
         {"a@b",
          "maja.holm+x@example.com",
          "m\xc3\xa5"
          "ja@b\xc3\xbc"
          "cher.example",
          "o'neil@x.org"}) {
        EXPECT_TRUE(is_email(good)) << good;
    }
    for (const auto* bad :
         {"",
          "@",
          "a@",
          "@b",
          "a@b@c",
          "a b@c",
          "a@b c",
          "a@b,c@d",
          "a@b\r\nBcc: c@d",
          "<a@b>",
          "a@.b",
          "a@b.",
          "a@b..c",
          "a@-b",
          "a;b@c",
          "\"a\"@b"}) {
        EXPECT_FALSE(is_email(bad)) << bad;
    }
    EXPECT_FALSE(is_email(std::string(65, 'a') + "@b.example"));
    EXPECT_FALSE(is_email("a@" + std::string(260, 'b')));
}

TEST(RoleRule, PutsEachRoleIntoOneKindOfTenant) {
    EXPECT_TRUE(fits_tenant(Role::Superadmin, "root"));
    EXPECT_TRUE(fits_tenant(Role::Admin, "root"));
    EXPECT_TRUE(fits_tenant(Role::Reseller, "reseller"));
    EXPECT_TRUE(fits_tenant(Role::Client, "client"));
    EXPECT_FALSE(fits_tenant(Role::Superadmin, "reseller"));
    EXPECT_FALSE(fits_tenant(Role::Client, "root"));
    EXPECT_FALSE(fits_tenant(Role::Admin, ""));
}

TEST(RoleRule, NamesAreReadBack) {
    for (const auto role : kRoles) {
        EXPECT_EQ(role_from_name(role_name(role)), role);
    }
    EXPECT_FALSE(role_from_name("root"));
    EXPECT_FALSE(role_from_name("Superadmin"));
}

TEST(TimeZones, AreThoseOfTheMachineWithUtcFirst) {
    EXPECT_EQ(time_zones().front(), "UTC");
    EXPECT_TRUE(is_time_zone("Europe/Berlin"));
    EXPECT_FALSE(is_time_zone("Mars/Base"));
    EXPECT_FALSE(is_time_zone("../../etc/passwd"));
    EXPECT_TRUE(std::is_sorted(time_zones().begin() + 1, time_zones().end()));
}

TEST(UserRequests, ReportAllProblemsAtOnce) {
    CreateUser request;
    request.name = " ";
    request.email = "x";
    request.time_zone = "Nowhere";
    request.password = "short";
    EXPECT_EQ(problems_of(request).size(), 4U);
}

}  // namespace
}  // namespace hostelry::users
