#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace Poco::Net {
class Context;
}

namespace hostelry::http {

struct IoOutcome {
    enum class Kind : std::uint8_t { Bytes, WantRead, WantWrite, End, Failed };
    Kind kind = Kind::Failed;
    std::size_t bytes = 0;
};

/// A connected, non-blocking socket, plain or TLS. Owns the descriptor. Used by one thread at a
/// time.
class Transport {
public:
    virtual ~Transport() = default;

    /// Bytes{0} when the connection is ready for requests.
    virtual IoOutcome handshake() = 0;
    virtual IoOutcome read(char* buffer, std::size_t size) = 0;
    virtual IoOutcome write(const iovec* pieces, std::size_t count) = 0;
    /// Says that nothing more will be sent.
    virtual void shutdown_write() = 0;
    /// True when a short read does not mean that the socket is drained.
    virtual bool buffers_input() const = 0;

    int fd() const { return fd_; }

protected:
    explicit Transport(int fd) : fd_(fd) {}
    int fd_;
};

std::unique_ptr<Transport> make_plain_transport(int fd);
/// Server side of TLS on certificates and ciphers of `context`. Nothing when OpenSSL has no memory;
/// the descriptor is closed then.
std::unique_ptr<Transport> make_tls_transport(int fd, const Poco::Net::Context& context);

}  // namespace hostelry::http
