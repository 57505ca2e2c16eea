#include "core/base/interfaces.h"

#include <gtest/gtest.h>

namespace hostelry {
namespace {

TEST(Interfaces, HaveLoopbackInEitherFamilyAndSpelling) {
    EXPECT_TRUE(has_address("127.0.0.1"));
    EXPECT_TRUE(has_address("::ffff:127.0.0.1"));
    EXPECT_FALSE(has_address("203.0.113.99"));
    EXPECT_FALSE(has_address("2001:db8::99"));
}

TEST(Interfaces, AreNotAskedForWhatIsNoAddress) {
    for (const auto* text : {"", "localhost", "127.0.0.1:80", "[::1]", "127.1"}) {
        EXPECT_FALSE(has_address(text)) << text;
        EXPECT_FALSE(is_loopback_address(text)) << text;
    }
}

TEST(LoopbackAddress, IsAWholeNetworkInIpv4AndOneAddressInIpv6) {
    for (const auto* text : {"127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"}) {
        EXPECT_TRUE(is_loopback_address(text)) << text;
    }
    for (const auto* text : {"128.0.0.1", "::2", "::", "0.0.0.0"}) {
        EXPECT_FALSE(is_loopback_address(text)) << text;
    }
}

}  // namespace
}  // namespace hostelry
