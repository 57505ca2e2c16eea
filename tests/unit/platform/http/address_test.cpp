#include "core/platform/http/address.h"

#include <gtest/gtest.h>

namespace hostelry::http {
namespace {

IpAddress address(std::string_view text) {
    return IpAddress::parse(text).value();
}

TEST(IpAddress, ReadsBothFamiliesAsOne) {
    EXPECT_EQ(address("192.0.2.7"), address("::ffff:192.0.2.7"));
    EXPECT_EQ(address("192.0.2.7").to_string(), "192.0.2.7");
    EXPECT_EQ(address("[2001:DB8::1]").to_string(), "2001:db8::1");
    for (const auto* text : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "::g", "a.b.c.d", "1.2.3.4 "}) {
        EXPECT_FALSE(IpAddress::parse(text)) << text;
    }
}

TEST(IpAddress, KnowsWhatIsNotThePublicInternet) {
    for (const auto* text : {"127.0.0.1",  "127.255.1.1",     "0.0.0.0",         "10.1.2.3",
                             "172.16.0.1", "172.31.255.255",  "192.168.1.1",     "169.254.169.254",
                             "100.64.0.1", "224.0.0.1",       "255.255.255.255", "::1",
                             "::",         "::ffff:10.0.0.1", "::127.0.0.1",     "fe80::1",
                             "fd00::1",    "ff02::1",         "64:ff9b::7f00:1", "2002:7f00:1::",
                             "2001:db8::1"}) {
        EXPECT_TRUE(address(text).is_internal()) << text;
    }
    for (const auto* text :
         {"1.1.1.1",
          "172.15.0.1",
          "172.32.0.1",
          "100.128.0.1",
          "9.255.255.255",
          "2606:4700::1111",
          "2a00::1"}) {
        EXPECT_FALSE(address(text).is_internal()) << text;
    }
}

TEST(IpAddress, ASubscriberIsAnIpv4AddressOrASixtyFour) {
    EXPECT_EQ(subscriber_of("198.51.100.7"), "198.51.100.7");
    EXPECT_EQ(subscriber_of("::ffff:198.51.100.7"), "198.51.100.7");
    EXPECT_EQ(subscriber_of("2a00:1450:4001:80b::2004"), "2a00:1450:4001:80b::");
    EXPECT_EQ(subscriber_of("2a00:1450:4001:80b:ffff::1"), "2a00:1450:4001:80b::");
    EXPECT_EQ(subscriber_of("2a00:1450:4001:80c::1"), "2a00:1450:4001:80c::");
    EXPECT_EQ(subscriber_of(""), "");
}

TEST(AddressRange, HoldsItsAddresses) {
    const auto range = AddressRange::parse("10.66.0.0/23").value();
    EXPECT_TRUE(range.contains(address("10.66.1.255")));
    EXPECT_FALSE(range.contains(address("10.66.2.0")));
    EXPECT_TRUE(AddressRange::parse("0.0.0.0/0")->contains(address("8.8.8.8")));
    EXPECT_FALSE(AddressRange::parse("0.0.0.0/0")->contains(address("2a00::1")));
    EXPECT_TRUE(AddressRange::parse("2001:db8::/33")->contains(address("2001:db8:7fff::1")));
    EXPECT_FALSE(AddressRange::parse("2001:db8::/33")->contains(address("2001:db8:8000::1")));
    for (const auto* text :
         {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "/8", "::/129"}) {
        EXPECT_FALSE(AddressRange::parse(text)) << text;
    }
}

}  // namespace
}  // namespace hostelry::http
