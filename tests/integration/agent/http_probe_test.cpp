// Whose certificates the agent's look at a site accepts, against a real TLS server.
#include "core/agent/commands/health/http_probe.h"

#include "core/agent/protocol/agent_ca.h"
#include "core/agent/protocol/protocol.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <thread>

namespace hostelry::agent {
namespace {

using namespace std::chrono_literals;

/// Answers one connection on loopback with this certificate.
class TlsSite {
public:
    explicit TlsSite(const KeyAndCertificate& own) {
        const auto key = read(own.key_pem);
        const auto certificate = read(own.certificate_pem);
        EVP_PKEY* private_key = PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr);
        X509* leaf = PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr);
        SSL_CTX_use_certificate(context_.get(), leaf);
        SSL_CTX_use_PrivateKey(context_.get(), private_key);
        X509_free(leaf);
        EVP_PKEY_free(private_key);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), length);
        ::listen(socket_, 1);
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { answer(); });
    }
    ~TlsSite() {
        ::shutdown(socket_, SHUT_RDWR);
        thread_.join();
        ::close(socket_);
    }
    std::uint16_t port() const { return port_; }

private:
    using Text = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
    static Text read(const std::string& pem) {
        return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all};
    }
    void answer() {
        const int connection = ::accept(socket_, nullptr, nullptr);
        if (connection < 0) {
            return;
        }
        const std::unique_ptr<SSL, decltype(&SSL_free)> tls{SSL_new(context_.get()), SSL_free};
        SSL_set_fd(tls.get(), connection);
        std::array<char, 2000> request{};
        if (SSL_accept(tls.get()) == 1 &&
            SSL_read(tls.get(), request.data(), static_cast<int>(request.size())) > 0) {
            constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
            SSL_write(tls.get(), kAnswer.data(), static_cast<int>(kAnswer.size()));
            SSL_shutdown(tls.get());
        }
        ::close(connection);
    }

    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{
        SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
    int socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::uint16_t port_ = 0;
    std::thread thread_;
};

class HttpProbe : public ::testing::Test {
protected:
    KeyAndCertificate made(TimePoint when) {
        KeyAndCertificate own = *issue_panel_certificate(ca_, when, 24h);
        expected_ = read_certificate(own.certificate_pem)->fingerprint;
        return own;
    }
    /// Empty when the site was accepted, else why not.
    std::string refusal(const KeyAndCertificate& own, const Probe& wish) {
        const TlsSite site(own);
        Probe what = wish;
        what.tls = true;
        what.address = "127.0.0.1";
        what.port = site.port();
        what.timeout = 5s;
        const auto answer = probe(what);
        return answer ? (answer->status == 200 ? "" : "another status") : answer.error().message;
    }

    TimePoint now_ = SystemClock().now();
    KeyAndCertificate ca_ = *create_agent_ca("demo", now_ - 48h);
    std::string expected_;
    const std::string name_{kPanelTlsName};
};

TEST_F(HttpProbe, TrustsTheAuthoritiesItIsGiven) {
    const auto own = made(now_);
    EXPECT_EQ(refusal(own, {.host = name_, .ca_pem = ca_.certificate_pem}), "");
    EXPECT_NE(refusal(own, {.host = name_}).find("not accepted"), std::string::npos);
}

TEST_F(HttpProbe, NeedsNoAuthorityForTheCertificateItExpects) {
    const auto own = made(now_);
    EXPECT_EQ(refusal(own, {.host = name_, .fingerprint = expected_}), "");
    EXPECT_NE(
        refusal(own, {.host = name_, .fingerprint = "sha256:" + std::string(64, '0')})
            .find("not accepted"),
        std::string::npos
    );
}

TEST_F(HttpProbe, JudgesNameAndDatesOfTheExpectedCertificateToo) {
    const auto own = made(now_);
    EXPECT_NE(
        refusal(own, {.host = "other.example", .fingerprint = expected_}).find("mismatch"),
        std::string::npos
    );
    const auto old = made(now_ - 47h);
    EXPECT_NE(
        refusal(old, {.host = name_, .fingerprint = expected_}).find("expired"), std::string::npos
    );
}

}  // namespace
}  // namespace hostelry::agent
