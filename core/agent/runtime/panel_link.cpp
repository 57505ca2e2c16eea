#include "core/agent/runtime/panel_link.h"

#include "core/agent/protocol/agent_ca.h"
#include "core/agent/protocol/openssl_owned.h"
#include "core/agent/protocol/protocol.h"
#include "core/base/bytes.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <utility>

namespace hostelry::agent {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kNeedsMore = -1;

std::string reason() {
    std::array<char, 200> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    ERR_clear_error();
    return text.data();
}

tl::unexpected<Error> unreachable(std::string cause) {
    return fail(ErrorCode::Unavailable, "The panel cannot be reached.", std::move(cause));
}

tl::unexpected<Error> unusable(std::string cause) {
    return fail(ErrorCode::Internal, "The agent's TLS cannot be set up.", std::move(cause));
}

Result<void> wait_for(int descriptor, short events, steady_clock::time_point until) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now());
    pollfd entry{descriptor, events, 0};
    if (left.count() <= 0 || poll(&entry, 1, static_cast<int>(left.count())) == 0) {
        return fail(ErrorCode::Timeout, "The panel did not answer in time.");
    }
    return {};
}

Result<Descriptor> connect_one(const addrinfo& address, steady_clock::time_point until) {
    Descriptor made{socket(
        address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol
    )};
    if (!made) {
        return unreachable("no socket");
    }
    if (connect(made.number(), address.ai_addr, address.ai_addrlen) != 0) {
        if (errno != EINPROGRESS) {
            return unreachable("connect");
        }
        TRY(wait_for(made.number(), POLLOUT, until));
        int problem = 0;
        socklen_t size = sizeof problem;
        getsockopt(made.number(), SOL_SOCKET, SO_ERROR, &problem, &size);
        if (problem != 0) {
            return unreachable("connection refused");
        }
    }
    const int on = 1;
    setsockopt(made.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(made.number(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    return made;
}

Result<Descriptor> connect_any(const PanelAddress& panel, steady_clock::time_point until) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const auto port = std::to_string(panel.port);
    if (getaddrinfo(panel.host.c_str(), port.c_str(), &wanted, &found) != 0) {
        return unreachable("the name cannot be resolved");
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned{found, freeaddrinfo};
    Result<Descriptor> last = unreachable("no address");
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        last = connect_one(*one, until);
        if (last) {
            break;
        }
    }
    return last;
}

/// The chain's certificate with the pinned fingerprint becomes the only trust anchor; then the
/// usual checks run, name and purpose included.
int verify_by_pin(X509_STORE_CTX* verification, void* pin) {
    const auto& fingerprint = *static_cast<const std::string*>(pin);
    STACK_OF(X509)* chain = X509_STORE_CTX_get0_untrusted(verification);
    for (int i = 0; i < sk_X509_num(chain); ++i) {
        X509* const one = sk_X509_value(chain, i);
        if ("sha256:" + certificate_digest(one) == fingerprint) {
            X509_STORE_add_cert(X509_STORE_CTX_get0_store(verification), one);
            return X509_verify_cert(verification);
        }
    }
    X509_STORE_CTX_set_error(verification, X509_V_ERR_CERT_UNTRUSTED);
    return 0;
}

bool trust_ca(SSL_CTX* context, const std::string& ca_pem) {
    const Owned<BIO> in{BIO_new_mem_buf(ca_pem.data(), static_cast<int>(ca_pem.size()))};
    const Owned<X509> ca{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)};
    return ca && X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get()) == 1;
}

bool show_certificate(SSL_CTX* context, const Identity& identity) {
    const Owned<BIO> key_in{
        BIO_new_mem_buf(identity.key_pem.data(), static_cast<int>(identity.key_pem.size()))};
    const Owned<BIO> certificate_in{BIO_new_mem_buf(
        identity.certificate_pem.data(), static_cast<int>(identity.certificate_pem.size())
    )};
    const Owned<EVP_PKEY> key{PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr)};
    const Owned<X509> certificate{
        PEM_read_bio_X509(certificate_in.get(), nullptr, nullptr, nullptr)};
    return key && certificate && SSL_CTX_use_certificate(context, certificate.get()) == 1 &&
           SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
           SSL_CTX_check_private_key(context) == 1;
}

}  // namespace

PanelLink::PanelLink(PanelLink&& other) noexcept
    : socket_(std::move(other.socket_)),
      context_(std::exchange(other.context_, nullptr)),
      tls_(std::exchange(other.tls_, nullptr)),
      pin_(std::move(other.pin_)),
      wanted_(other.wanted_) {}

PanelLink& PanelLink::operator=(PanelLink&& other) noexcept {
    std::swap(socket_, other.socket_);
    std::swap(context_, other.context_);
    std::swap(tls_, other.tls_);
    std::swap(pin_, other.pin_);
    std::swap(wanted_, other.wanted_);
    return *this;
}

PanelLink::~PanelLink() {
    if (tls_ != nullptr) {
        SSL_shutdown(tls_);  // tells the other side when it can be told at once
        SSL_free(tls_);
    }
    SSL_CTX_free(context_);
    ERR_clear_error();
}

Result<PanelLink> PanelLink::connect(
    const PanelAddress& panel,
    const PanelTrust& trust,
    const Identity* identity,
    milliseconds timeout
) {
    const auto until = steady_clock::now() + timeout;
    PanelLink link;
    link.socket_ = TRY(connect_any(panel, until));
    link.context_ = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(link.context_, TLS1_3_VERSION);
    SSL_CTX_set_verify(link.context_, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(
        link.context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
    );
    if (trust.ca_pem.empty()) {
        link.pin_ = std::make_unique<std::string>(trust.ca_fingerprint);
        SSL_CTX_set_cert_verify_callback(link.context_, verify_by_pin, link.pin_.get());
    } else if (!trust_ca(link.context_, trust.ca_pem)) {
        return unusable("the agent CA: " + reason());
    }
    if (identity != nullptr && !show_certificate(link.context_, *identity)) {
        return unusable("the agent's certificate: " + reason());
    }
    link.tls_ = SSL_new(link.context_);
    std::string name(kPanelTlsName);
    const bool ready =
        // SSL_set_tlsext_host_name is a macro with a C cast.
        SSL_ctrl(link.tls_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) ==
            1 &&
        SSL_set1_host(link.tls_, name.c_str()) == 1 &&
        SSL_set_fd(link.tls_, link.socket_.number()) == 1;
    if (!ready) {
        return unusable(reason());
    }
    TRY(link.shake_hands(std::chrono::duration_cast<milliseconds>(until - steady_clock::now())));
    return link;
}

Result<void> PanelLink::shake_hands(milliseconds timeout) {
    const auto until = steady_clock::now() + timeout;
    while (true) {
        const int result = SSL_connect(tls_);
        if (result == 1) {
            return {};
        }
        const int problem = SSL_get_error(tls_, result);
        if (problem != SSL_ERROR_WANT_READ && problem != SSL_ERROR_WANT_WRITE) {
            const long verdict = SSL_get_verify_result(tls_);
            if (verdict != X509_V_OK) {
                ERR_clear_error();
                return fail(
                    ErrorCode::Unauthenticated,
                    "This is not the panel this server belongs to.",
                    X509_verify_cert_error_string(verdict)
                );
            }
            return unreachable("TLS: " + reason());
        }
        TRY(wait_for(socket_.number(), problem == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, until));
    }
}

/// What an SSL_read or SSL_write came to: its count, or kNeedsMore with wanted_ set.
Result<int> PanelLink::judge(int result) {
    wanted_ = 0;
    if (result > 0) {
        return result;
    }
    const int problem = SSL_get_error(tls_, result);
    if (problem == SSL_ERROR_WANT_READ || problem == SSL_ERROR_WANT_WRITE) {
        wanted_ = problem == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
        return kNeedsMore;
    }
    return unreachable(
        problem == SSL_ERROR_ZERO_RETURN ? std::string("the panel closed") : "TLS: " + reason()
    );
}

Result<std::string> PanelLink::read_some() {
    std::string text;
    std::array<char, 16384> part{};
    while (text.size() < kFrameBytesMax) {
        ERR_clear_error();
        const auto got = judge(SSL_read(tls_, part.data(), static_cast<int>(part.size())));
        if (!got && !text.empty()) {
            return text;  // The end is met again by the next call.
        }
        if (!got) {
            return tl::unexpected(got.error());
        }
        if (*got == kNeedsMore) {
            break;
        }
        text.append(part.data(), static_cast<std::size_t>(*got));
    }
    return text;
}

Result<std::size_t> PanelLink::write_some(std::string_view bytes) {
    if (bytes.empty()) {
        return std::size_t{0};
    }
    ERR_clear_error();
    const auto size = static_cast<int>(std::min<std::size_t>(bytes.size(), 256_KiB));
    const int done = TRY(judge(SSL_write(tls_, bytes.data(), size)));
    return done == kNeedsMore ? std::size_t{0} : static_cast<std::size_t>(done);
}

Result<void> PanelLink::write_all(std::string_view bytes, milliseconds timeout) {
    const auto until = steady_clock::now() + timeout;
    while (!bytes.empty()) {
        const auto done = TRY(write_some(bytes));
        bytes.remove_prefix(done);
        if (done == 0) {
            TRY(wait_for(socket_.number(), wanted_ != 0 ? wanted_ : POLLOUT, until));
        }
    }
    return {};
}

Result<std::string> PanelLink::read_wait(milliseconds timeout) {
    const auto until = steady_clock::now() + timeout;
    while (true) {
        auto text = TRY(read_some());
        if (!text.empty()) {
            return text;
        }
        TRY(wait_for(socket_.number(), wanted_ != 0 ? wanted_ : POLLIN, until));
    }
}

}  // namespace hostelry::agent
