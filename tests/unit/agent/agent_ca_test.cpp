#include "core/agent/protocol/agent_ca.h"

#include "core/agent/protocol/protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hostelry::agent {
namespace {

using namespace std::chrono_literals;

class AgentCa : public ::testing::Test {
protected:
    TimePoint now_ = SystemClock().now();
    KeyAndCertificate ca_ = *create_agent_ca("demo", now_);
};

TEST_F(AgentCa, NamesTheServerWhateverTheRequestSays) {
    const auto request = *create_agent_request("somebody-else");
    const auto certificate = issue_agent_certificate(ca_, request.csr_pem, "server-1", now_, 24h);
    ASSERT_TRUE(certificate);
    EXPECT_EQ(read_certificate(*certificate)->common_name, "server-1");
}

TEST_F(AgentCa, NeverIssuesForLongerThanThirtyDays) {
    const auto request = *create_agent_request("server-1");
    const auto certificate =
        *issue_agent_certificate(ca_, request.csr_pem, "server-1", now_, 10000h);
    EXPECT_LE(read_certificate(certificate)->not_after, now_ + kCertificateLifeMax);
}

TEST_F(AgentCa, RefusesARequestThatIsDamagedOrNotSignedByItsKey) {
    auto request = create_agent_request("server-1")->csr_pem;
    EXPECT_FALSE(issue_agent_certificate(ca_, "hello", "server-1", now_, 24h));
    request[request.size() / 2] = request[request.size() / 2] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(issue_agent_certificate(ca_, request, "server-1", now_, 24h));
}

TEST_F(AgentCa, RefusesAServerIdThatIsNoName) {
    const auto request = *create_agent_request("server-1");
    EXPECT_FALSE(issue_agent_certificate(ca_, request.csr_pem, "", now_, 24h));
    EXPECT_FALSE(issue_agent_certificate(ca_, request.csr_pem, "a\nb", now_, 24h));
}

TEST_F(AgentCa, HasAFingerprintThatFitsTheEnrolmentCommand) {
    EXPECT_THAT(
        read_certificate(ca_.certificate_pem)->fingerprint,
        testing::MatchesRegex("sha256:[0-9a-f]{64}")
    );
}

}  // namespace
}  // namespace hostelry::agent
