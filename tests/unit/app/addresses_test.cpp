#include "core/app/addresses.h"

#include <gtest/gtest.h>

namespace hostelry::app {
namespace {

TEST(HostOf, IsTheHostOfAUrl) {
    EXPECT_EQ(host_of("https://panel.example.net:8443/x"), "panel.example.net");
    EXPECT_EQ(host_of("nothing"), "");
}

TEST(HostPort, NeedsBothAndTakesIpv6InBrackets) {
    const auto v6 = parse_host_port("[::1]:8443", "http.listen");
    ASSERT_TRUE(v6);
    EXPECT_EQ(v6->host, "::1");
    EXPECT_EQ(v6->port, 8443);
    for (const auto* wrong : {"8443", ":8443", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999"}) {
        const auto refused = parse_host_port(wrong, "http.listen");
        ASSERT_FALSE(refused) << wrong;
        EXPECT_EQ(refused.error().message.find("http.listen must be"), 0U);
    }
}

TEST(HostForOthers, IsOneThatCanBeCalled) {
    EXPECT_EQ(host_for_others("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(host_for_others("panel.example.net"), "panel.example.net");
    for (const auto* everywhere : {"0.0.0.0", "::"}) {
        EXPECT_TRUE(is_wildcard(everywhere));
        EXPECT_FALSE(is_wildcard(host_for_others(everywhere)));
        EXPECT_FALSE(host_for_others(everywhere).empty());
    }
}

TEST(UrlOf, BracketsIpv6) {
    EXPECT_EQ(url_of("https", "2001:db8::1", 8443), "https://[2001:db8::1]:8443");
    EXPECT_EQ(url_of("http", "127.0.0.1", 80), "http://127.0.0.1:80");
}

}  // namespace
}  // namespace hostelry::app
