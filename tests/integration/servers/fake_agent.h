#pragma once
// The agent's side of the connection, as dumb as a test wants it: real TLS, real frames.

#include "core/agent/protocol/agent_ca.h"
#include "core/agent/protocol/protocol.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace hostelry::testing {

struct AgentProof {
    std::string certificate_pem;
    std::string key_pem;
};

class FakeAgent {
public:
    /// `from` is an address of loopback.
    explicit FakeAgent(
        std::uint16_t port,
        const std::optional<AgentProof>& proof = {},
        const char* from = "127.0.0.1"
    )
        : context_(SSL_CTX_new(TLS_client_method())) {
        if (proof) {
            show(*proof);
        }
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const timeval patience{10, 0};
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        // The port is chosen when it connects, for that pair of addresses only.
        const int address_only = 1;
        setsockopt(
            socket_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &address_only, sizeof address_only
        );
        sockaddr_in source{};
        source.sin_family = AF_INET;
        inet_pton(AF_INET, from, &source.sin_addr);
        bind(socket_, reinterpret_cast<const sockaddr*>(&source), sizeof source);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        tls_ = SSL_new(context_);
        SSL_set_fd(tls_, socket_);
        connected_ =
            ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
            SSL_connect(tls_) == 1;
    }
    ~FakeAgent() {
        SSL_free(tls_);
        SSL_CTX_free(context_);
        ::close(socket_);
    }
    FakeAgent(const FakeAgent&) = delete;
    FakeAgent& operator=(const FakeAgent&) = delete;

    bool connected() const { return connected_; }

    void send(const agent::Message& message) {
        const auto frame = writer_.write(message);
        send_raw(frame.value());
    }
    void send_raw(const std::string& bytes) {
        SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()));
    }
    /// The next message; nothing when the panel closed or said nothing for ten seconds.
    std::optional<agent::Message> receive() {
        while (true) {
            auto message = reader_.next();
            if (!message) {
                return std::nullopt;
            }
            if (*message) {
                return **message;
            }
            std::array<char, 65536> bytes{};
            const int got = SSL_read(tls_, bytes.data(), static_cast<int>(bytes.size()));
            if (got <= 0) {
                return std::nullopt;
            }
            reader_.feed(std::string_view(bytes.data(), static_cast<std::size_t>(got)));
        }
    }
    /// The next message of that type; others in between are passed over.
    template <class Wanted>
    std::optional<Wanted> receive_one() {
        while (auto message = receive()) {
            if (auto* found = std::get_if<Wanted>(&*message)) {
                return *found;
            }
        }
        return std::nullopt;
    }

private:
    void show(const AgentProof& proof) {
        BIO* in = BIO_new_mem_buf(
            proof.certificate_pem.data(), static_cast<int>(proof.certificate_pem.size())
        );
        X509* certificate = PEM_read_bio_X509(in, nullptr, nullptr, nullptr);
        BIO_free_all(in);
        in = BIO_new_mem_buf(proof.key_pem.data(), static_cast<int>(proof.key_pem.size()));
        EVP_PKEY* key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
        BIO_free_all(in);
        SSL_CTX_use_certificate(context_, certificate);
        SSL_CTX_use_PrivateKey(context_, key);
        X509_free(certificate);
        EVP_PKEY_free(key);
    }

    SSL_CTX* context_;
    SSL* tls_ = nullptr;
    int socket_ = -1;
    bool connected_ = false;
    agent::FrameWriter writer_;
    agent::FrameReader reader_;
};

}  // namespace hostelry::testing
