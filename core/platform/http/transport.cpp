#include "core/platform/http/transport.h"

#include <Poco/Net/Context.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace hostelry::http {
namespace {

using Kind = IoOutcome::Kind;

IoOutcome from_errno(Kind blocked) {
    return {errno == EAGAIN ? blocked : Kind::Failed, 0};
}

class PlainTransport final : public Transport {
public:
    explicit PlainTransport(int fd) : Transport(fd) {}
    ~PlainTransport() override { ::close(fd_); }
    PlainTransport(const PlainTransport&) = delete;
    PlainTransport& operator=(const PlainTransport&) = delete;

    IoOutcome handshake() override { return {Kind::Bytes, 0}; }

    IoOutcome read(char* buffer, std::size_t size) override {
        ssize_t got = 0;
        do {
            got = ::recv(fd_, buffer, size, 0);
        } while (got < 0 && errno == EINTR);
        if (got < 0) {
            return from_errno(Kind::WantRead);
        }
        return {got == 0 ? Kind::End : Kind::Bytes, static_cast<std::size_t>(got)};
    }

    IoOutcome write(const iovec* pieces, std::size_t count) override {
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(pieces);
        message.msg_iovlen = count;
        ssize_t sent = 0;
        do {
            sent = count == 1 ? ::send(fd_, pieces->iov_base, pieces->iov_len, MSG_NOSIGNAL)
                              : ::sendmsg(fd_, &message, MSG_NOSIGNAL);
        } while (sent < 0 && errno == EINTR);
        if (sent < 0) {
            return from_errno(Kind::WantWrite);
        }
        return {Kind::Bytes, static_cast<std::size_t>(sent)};
    }

    void shutdown_write() override { ::shutdown(fd_, SHUT_WR); }
    bool buffers_input() const override { return false; }
};

/// Poco's own secure sockets throw on a reset and set too few modes, so OpenSSL is spoken to
/// directly on Poco's context (design page "HTTP layer", section 5).
class TlsTransport final : public Transport {
public:
    TlsTransport(int fd, SSL* ssl) : Transport(fd), ssl_(ssl) {
        SSL_set_fd(ssl_, fd);
        SSL_set_accept_state(ssl_);
        SSL_set_mode(
            ssl_,
            SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                SSL_MODE_RELEASE_BUFFERS
        );
    }
    ~TlsTransport() override {
        SSL_free(ssl_);
        ::close(fd_);
    }
    TlsTransport(const TlsTransport&) = delete;
    TlsTransport& operator=(const TlsTransport&) = delete;

    IoOutcome handshake() override {
        ERR_clear_error();
        const int done = SSL_do_handshake(ssl_);
        return done == 1 ? IoOutcome{Kind::Bytes, 0} : outcome_of(done);
    }

    IoOutcome read(char* buffer, std::size_t size) override {
        ERR_clear_error();
        const int got = SSL_read(ssl_, buffer, clamp(size));
        return got > 0 ? IoOutcome{Kind::Bytes, static_cast<std::size_t>(got)} : outcome_of(got);
    }

    IoOutcome write(const iovec* pieces, std::size_t count) override {
        std::size_t total = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (pieces[i].iov_len == 0) {
                continue;
            }
            ERR_clear_error();
            const int sent = SSL_write(ssl_, pieces[i].iov_base, clamp(pieces[i].iov_len));
            if (sent <= 0) {
                return total > 0 ? IoOutcome{Kind::Bytes, total} : outcome_of(sent);
            }
            total += static_cast<std::size_t>(sent);
            if (static_cast<std::size_t>(sent) < pieces[i].iov_len) {
                break;
            }
        }
        return {Kind::Bytes, total};
    }

    void shutdown_write() override {
        ERR_clear_error();
        if (SSL_is_init_finished(ssl_) == 1) {
            SSL_shutdown(ssl_);
        }
        ::shutdown(fd_, SHUT_WR);
    }

    bool buffers_input() const override { return true; }

private:
    static int clamp(std::size_t size) {
        return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
    }

    IoOutcome outcome_of(int result) {
        switch (SSL_get_error(ssl_, result)) {
            case SSL_ERROR_WANT_READ:
                return {Kind::WantRead, 0};
            case SSL_ERROR_WANT_WRITE:
                return {Kind::WantWrite, 0};
            case SSL_ERROR_ZERO_RETURN:
                return {Kind::End, 0};
            default:
                return {Kind::Failed, 0};
        }
    }

    SSL* ssl_;
};

}  // namespace

std::unique_ptr<Transport> make_plain_transport(int fd) {
    return std::make_unique<PlainTransport>(fd);
}

std::unique_ptr<Transport> make_tls_transport(int fd, const Poco::Net::Context& context) {
    SSL* ssl = SSL_new(context.sslContext());
    if (ssl == nullptr) {
        ::close(fd);
        return nullptr;
    }
    return std::make_unique<TlsTransport>(fd, ssl);
}

}  // namespace hostelry::http
