#pragma once
// The panel's end of the connection as a test needs it: one connection at a time, blocking, with
// time limits, over real TLS.

#include "core/agent/protocol/agent_ca.h"
#include "core/agent/protocol/protocol.h"

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace hostelry::agent {

class PanelConnection {
public:
    explicit PanelConnection(SSL* tls) : tls_(tls) {}
    PanelConnection(PanelConnection&& other) noexcept
        : tls_(std::exchange(other.tls_, nullptr)),
          reader_(std::move(other.reader_)),
          writer_(std::move(other.writer_)) {}
    PanelConnection(const PanelConnection&) = delete;
    ~PanelConnection() { close(); }

    void close() {
        if (tls_ != nullptr) {
            ::close(SSL_get_fd(tls_));
            SSL_free(std::exchange(tls_, nullptr));
        }
    }

    void send(const Message& message) { send_bytes(*writer_.write(message)); }
    void send_bytes(const std::string& bytes) {
        SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()));
    }

    /// Nothing when the agent closed; throws when it stays silent.
    std::optional<Message> next() {
        while (true) {
            auto message = reader_.next();
            if (!message) {
                throw std::runtime_error("the agent broke the protocol: " + message.error().cause);
            }
            if (*message) {
                return std::move(**message);
            }
            std::array<char, 16384> part{};
            const int got = SSL_read(tls_, part.data(), static_cast<int>(part.size()));
            if (got <= 0) {
                if (SSL_get_error(tls_, got) == SSL_ERROR_SYSCALL && errno == EAGAIN) {
                    throw std::runtime_error("the agent is silent");
                }
                return std::nullopt;
            }
            reader_.feed(std::string_view(part.data(), static_cast<std::size_t>(got)));
        }
    }

    /// The next message of a type; others are passed over.
    template <class T>
    T next_of() {
        while (auto message = next()) {
            if (auto* found = std::get_if<T>(&*message)) {
                return *found;
            }
        }
        throw std::runtime_error("the agent closed");
    }

    /// CN of the certificate the agent showed; empty without one.
    std::string agent_name() const {
        X509* certificate = SSL_get1_peer_certificate(tls_);
        std::array<char, 100> name{};
        if (certificate != nullptr) {
            X509_NAME_get_text_by_NID(
                X509_get_subject_name(certificate), NID_commonName, name.data(), name.size()
            );
            X509_free(certificate);
        }
        return name.data();
    }

private:
    SSL* tls_;
    FrameReader reader_;
    FrameWriter writer_;
};

class TestPanel {
public:
    /// `leaf` and `ca` as in agent_ca.h; agents' certificates are asked for but not needed.
    TestPanel(const KeyAndCertificate& leaf, const KeyAndCertificate& ca) {
        context_ = SSL_CTX_new(TLS_server_method());
        SSL_CTX_set_min_proto_version(context_, TLS1_3_VERSION);
        BIO* in = BIO_new_mem_buf(leaf.key_pem.data(), static_cast<int>(leaf.key_pem.size()));
        EVP_PKEY* key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
        BIO_free(in);
        X509* certificate = read(leaf.certificate_pem);
        X509* authority = read(ca.certificate_pem);
        SSL_CTX_use_certificate(context_, certificate);
        SSL_CTX_use_PrivateKey(context_, key);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), authority);
        SSL_CTX_add_extra_chain_cert(context_, authority);  // takes ownership
        SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
        X509_free(certificate);
        EVP_PKEY_free(key);
        listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
            listen(listener_, 8) != 0) {
            throw std::runtime_error("no listener");
        }
        socklen_t size = sizeof address;
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
    }
    ~TestPanel() {
        ::close(listener_);
        SSL_CTX_free(context_);
    }
    TestPanel(const TestPanel&) = delete;
    TestPanel& operator=(const TestPanel&) = delete;

    std::uint16_t port() const { return port_; }

    /// Nothing when the handshake failed; throws when nobody came.
    std::optional<PanelConnection> accept() {
        pollfd waiting{listener_, POLLIN, 0};
        if (poll(&waiting, 1, 20'000) != 1) {
            throw std::runtime_error("no agent came");
        }
        const int connection = ::accept(listener_, nullptr, nullptr);
        const timeval limit{20, 0};
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        SSL* tls = SSL_new(context_);
        SSL_set_fd(tls, connection);
        PanelConnection made(tls);
        if (SSL_accept(tls) != 1) {
            return std::nullopt;
        }
        return made;
    }

private:
    static X509* read(const std::string& pem) {
        BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
        X509* certificate = PEM_read_bio_X509(in, nullptr, nullptr, nullptr);
        BIO_free(in);
        return certificate;
    }

    SSL_CTX* context_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
};

}  // namespace hostelry::agent
