#include "core/agent/runtime/identity.h"

#include "core/agent/commands/certificates/site_certificate.h"
#include "core/agent/protocol/agent_ca.h"
#include "core/agent/runtime/session.h"

#include "tests/unit/agent/scratch.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace hostelry::agent {
namespace {

using namespace std::chrono_literals;

TEST(PanelAddress, HasAHostAndPerhapsAPort) {
    EXPECT_EQ(parse_panel_address("panel.example.org:9000")->port, 9000);
    EXPECT_EQ(parse_panel_address("panel.example.org")->port, 7443);
    EXPECT_EQ(parse_panel_address("[2001:db8::1]:9000")->host, "2001:db8::1");
    EXPECT_EQ(parse_panel_address("2001:db8::1")->host, "2001:db8::1");
    for (const char* bad : {"", ":9000", "host:", "host:0", "host:70000", "host:9x"}) {
        EXPECT_FALSE(parse_panel_address(bad)) << bad;
    }
}

TEST(Identity, IsStoredForRootAloneAndComesBackWhole) {
    const Scratch scratch;
    const Layout layout = scratch.layout();
    EXPECT_FALSE(*load_identity(layout));
    ASSERT_TRUE(save_identity(layout, {{"10.0.0.1", 7443}, "server-1", "key", "certificate", "ca"})
    );
    struct stat facts {};
    stat((scratch / "state/identity.json").c_str(), &facts);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
    const auto back = load_identity(layout);
    EXPECT_EQ((*back)->server_id, "server-1");
    EXPECT_EQ((*back)->panel.port, 7443);
}

TEST(Identity, IsRenewedInTheLastThirdOfItsLife) {
    const auto now = SystemClock().now();
    const auto ca = *create_agent_ca("demo", now);
    const auto request = *create_agent_request("server-1");
    Identity identity;
    identity.certificate_pem = *issue_agent_certificate(ca, request.csr_pem, "server-1", now, 720h);
    EXPECT_FALSE(is_renewal_due(identity, now + 470h));
    EXPECT_TRUE(is_renewal_due(identity, now + 485h));
}

class FixedDice final : public Random {
public:
    explicit FixedDice(std::byte value) : value_(value) {}
    void fill(std::span<std::byte> bytes) override {
        std::fill(bytes.begin(), bytes.end(), value_);
    }

private:
    std::byte value_;
};

TEST(Backoff, DoublesToAMinuteAndIsSpreadByAHalf) {
    FixedDice low{std::byte{0}};
    FixedDice high{std::byte{255}};
    EXPECT_EQ(backoff(0, low), 250ms);
    EXPECT_GT(backoff(0, high), 490ms);
    EXPECT_EQ(backoff(3, low), 2000ms);
    EXPECT_EQ(backoff(50, low), 30s);
    EXPECT_LE(backoff(50, high), 60s);
}

TEST(SiteCertificates, AreTakenOnlyForTheirKeyAndInTime) {
    const auto now = SystemClock().now();
    const auto ca = *create_agent_ca("demo", now);
    const auto leaf = *issue_panel_certificate(ca, now, 24h);
    const auto chain = check_chain(leaf.certificate_pem + ca.certificate_pem, leaf.key_pem, now);
    ASSERT_TRUE(chain) << chain.error().message;
    EXPECT_EQ(chain->names, std::vector<std::string>{"panel.hostelry.internal"});
    EXPECT_FALSE(check_chain(leaf.certificate_pem, ca.key_pem, now));
    EXPECT_FALSE(check_chain(leaf.certificate_pem, leaf.key_pem, now + 25h));
    EXPECT_FALSE(check_chain("nonsense", leaf.key_pem, now));
    EXPECT_FALSE(check_chain(ca.certificate_pem, ca.key_pem, now));  // names no host
}

TEST(SiteCertificates, AreRequestedWithAFreshKeyEachTime) {
    const auto one = create_site_request({"example.org", "www.example.org"});
    const auto other = create_site_request({"example.org"});
    ASSERT_TRUE(one);
    ASSERT_TRUE(other);
    EXPECT_NE(one->key_pem, other->key_pem);
    EXPECT_TRUE(one->csr_pem.starts_with("-----BEGIN CERTIFICATE REQUEST-----"));
}

}  // namespace
}  // namespace hostelry::agent
