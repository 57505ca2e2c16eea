#include "core/features/servers/server.h"

#include <gtest/gtest.h>

namespace hostelry::servers {
namespace {

TEST(ServerAddress, IsALiteralOrAHostName) {
    for (const auto* text :
         {"192.0.2.1", "2001:db8::1", "web1.example.net", "web1", "xn--bcher-kva.example"}) {
        EXPECT_TRUE(is_server_address(text)) << text;
    }
    for (const auto* text :
         {"",
          ".",
          "-v",
          "--",
          "a..b",
          "a.-b",
          "1.2.3",
          "300.0.0.1",
          "a_b",
          "A.example",
          "x y",
          "x/y",
          "x\n",
          "[::1]"}) {
        EXPECT_FALSE(is_server_address(text)) << text;
    }
    EXPECT_FALSE(is_server_address(std::string(254, 'a')));
}

TEST(ServerState, HasOneNameEach) {
    for (const auto state :
         {ServerState::Queued,
          ServerState::Provisioning,
          ServerState::Ready,
          ServerState::Failed,
          ServerState::Removing}) {
        EXPECT_EQ(server_state_from_name(state_name(state)), state);
    }
    EXPECT_FALSE(server_state_from_name("gone"));
}

TEST(PhpVersions, AreTakenFromFactsWithSuspicion) {
    EXPECT_EQ(
        php_versions_in(db::JsonText::of_text(R"(["8.2", "8.4", 8.3, "../8.2", "8.22", ""])")),
        (std::vector<std::string>{"8.2", "8.4"})
    );
    EXPECT_TRUE(php_versions_in(db::JsonText::of_text(R"({"8.2": 1})")).empty());
}

TEST(CheckServer, ReportsEveryProblemAtOnce) {
    AddServer request{
        .name = "Bad Name", .kind = "ssh", .address = "-x", .port = 22, .host_key = "nonsense"};
    EXPECT_EQ(check_server(request).size(), 3U);
}

TEST(CheckServer, NormalisesWhatIsFine) {
    AddServer request{
        .name = " web-1 ",
        .kind = "ssh",
        .address = " WEB1.Example.net ",
        .port = 22,
        .host_key = ""};
    EXPECT_TRUE(check_server(request).empty());
    EXPECT_EQ(request.name, "web-1");
    EXPECT_EQ(request.address, "web1.example.net");
}

TEST(CheckServer, ThisMachineNeedsALiteralForTheDns) {
    AddServer request{.name = "here", .kind = "local", .address = "web1.example.net"};
    ASSERT_EQ(check_server(request).size(), 1U);
    EXPECT_EQ(check_server(request)[0].field, "address");
}

}  // namespace
}  // namespace hostelry::servers
