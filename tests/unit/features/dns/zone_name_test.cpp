#include "core/features/dns/zone_name.h"

#include <gtest/gtest.h>

namespace hostelry::dns {
namespace {

std::string accepted(std::string_view typed) {
    const auto name = zone_name_from_text(typed);
    return name ? *name : "refused: " + name.error().message;
}

TEST(ZoneName, IsADomainThatSomebodyRegistered) {
    EXPECT_EQ(accepted("Example.COM."), "example.com");
    EXPECT_EQ(accepted("bücher.example"), "xn--bcher-kva.example");
    EXPECT_EQ(accepted("shop.example.co.uk"), "shop.example.co.uk");
    for (const char* typed : {"example", "192.0.2.1", "a..b", "co.uk", "com.br"}) {
        EXPECT_TRUE(accepted(typed).starts_with("refused: ")) << typed;
    }
    EXPECT_EQ(
        accepted("co.uk"), "refused: Everybody registers domains below “co.uk”. Give one of them."
    );
}

TEST(ZoneName, MayBeAProvidersOwnThoughItsCustomersHaveNamesBelow) {
    EXPECT_EQ(accepted("github.io"), "github.io");
    EXPECT_EQ(accepted("demo.test"), "demo.test") << "endings that nobody lists have one part";
}

}  // namespace
}  // namespace hostelry::dns
