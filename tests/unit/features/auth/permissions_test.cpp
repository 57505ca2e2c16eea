#include "core/features/auth/permissions.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace hostelry::auth {
namespace {

using users::Role;

TEST(Permissions, GrowWithTheRole) {
    for (const auto role : {Role::Client, Role::Reseller, Role::Admin}) {
        const auto& less = permissions_of(role);
        const auto& more = permissions_of(static_cast<Role>(static_cast<int>(role) + 1));
        EXPECT_TRUE(std::includes(more.begin(), more.end(), less.begin(), less.end()));
        EXPECT_GT(more.size(), less.size());
    }
    EXPECT_EQ(all_permissions(), permissions_of(Role::Superadmin));
}

TEST(Permissions, KeepInfrastructureAndSettingsFromThoseBelow) {
    EXPECT_FALSE(permissions_of(Role::Reseller).contains("server:read"));
    EXPECT_FALSE(permissions_of(Role::Reseller).contains("audit:verify"));
    EXPECT_FALSE(permissions_of(Role::Client).contains("user:read"));
    EXPECT_FALSE(permissions_of(Role::Client).contains("tenant:read"));
    EXPECT_FALSE(permissions_of(Role::Admin).contains("settings:update"));
    EXPECT_FALSE(permissions_of(Role::Admin).contains("plugin:configure"));
    EXPECT_TRUE(permissions_of(Role::Client).contains("site:create"));
}

TEST(Permissions, LetNobodyAdministerAHigherRank) {
    for (const auto actor : users::kRoles) {
        for (const auto subject : users::kRoles) {
            const bool may = permissions_of(actor).contains(users::role_permission(subject));
            EXPECT_EQ(may, actor != Role::Client && subject <= actor);
        }
    }
}

}  // namespace
}  // namespace hostelry::auth
