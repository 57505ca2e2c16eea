#include "core/features/servers/host_key.h"

#include <gtest/gtest.h>

namespace hostelry::servers {
namespace {

constexpr auto kHostKeyText =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGRlYWRiZWVmZGVhZGJlZWZkZWFkYmVlZmRlYWRiZWVm";

TEST(HostKey, ReadsAPublicKeyLineWithOrWithoutHostAndComment) {
    EXPECT_EQ(parse_host_key(kHostKeyText)->line(), kHostKeyText);
    EXPECT_EQ(parse_host_key(std::string(kHostKeyText) + " root@web1\n")->line(), kHostKeyText);
    EXPECT_EQ(parse_host_key("192.0.2.1 " + std::string(kHostKeyText))->line(), kHostKeyText);
}

TEST(HostKey, ShowsTheFingerprintOfOpenssh) {
    // ssh-keygen -l says so.
    EXPECT_EQ(
        parse_host_key(kHostKeyText)->fingerprint(),
        "SHA256:xyrwjwNKqTIivpsCwlGBJoCJCtNo5voQKyNc3jGN9iI"
    );
}

TEST(HostKey, NamesThePortInKnownHosts) {
    const auto key = parse_host_key(kHostKeyText).value();
    EXPECT_EQ(
        key.known_hosts_line("web1.example.net", 22),
        "web1.example.net " + std::string(kHostKeyText) + "\n"
    );
    EXPECT_EQ(
        key.known_hosts_line("192.0.2.1", 2222),
        "[192.0.2.1]:2222 " + std::string(kHostKeyText) + "\n"
    );
}

TEST(HostKey, RefusesWhatIsNone) {
    for (const auto* text :
         {"",
          "ssh-ed25519",
          "ssh-ed25519 !!!!",
          "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIGRlYWRiZWVmZGVhZGJlZWZkZWFkYmVlZmRlYWRiZWVm",
          "-----BEGIN OPENSSH PRIVATE KEY-----",
          "@cert-authority * ssh-ed25519 AAAA",
          "a\tb"}) {
        EXPECT_FALSE(parse_host_key(text)) << text;
    }
}

}  // namespace
}  // namespace hostelry::servers
