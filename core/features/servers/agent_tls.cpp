#include "core/features/servers/agent_tls.h"

#include "core/base/bytes.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <unistd.h>

#include <array>

namespace hostelry::servers {

namespace {

constexpr std::chrono::hours kPanelLeafLife{24 * 30};
constexpr std::size_t kTlsReadBytes = 64_KiB;

using OwnedBio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
using OwnedCertificate = std::unique_ptr<X509, decltype(&X509_free)>;
using OwnedKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

OwnedBio bio_of(const std::string& text) {
    return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free_all};
}

OwnedCertificate certificate_of(const std::string& pem) {
    const auto in = bio_of(pem);
    return {PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr), X509_free};
}

std::string openssl_reason() {
    std::string reason;
    while (const auto code = ERR_get_error()) {
        std::array<char, 200> text{};
        ERR_error_string_n(code, text.data(), text.size());
        reason += (reason.empty() ? "" : "; ") + std::string(text.data());
    }
    return reason;
}

bool set_own(ssl_ctx_st* context, const agent::KeyAndCertificate& leaf, const std::string& ca_pem) {
    const auto certificate = certificate_of(leaf.certificate_pem);
    const auto in = bio_of(leaf.key_pem);
    const OwnedKey key{PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr), EVP_PKEY_free};
    const auto ca = certificate_of(ca_pem);
    return certificate && key && ca && SSL_CTX_use_certificate(context, certificate.get()) == 1 &&
           SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
           SSL_CTX_check_private_key(context) == 1 &&
           SSL_CTX_add1_chain_cert(context, ca.get()) == 1 &&
           X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get()) == 1 &&
           SSL_CTX_add_client_CA(context, ca.get()) == 1;
}

}  // namespace

Result<std::shared_ptr<const AgentTlsContext>> AgentTlsContext::make(
    const agent::KeyAndCertificate& ca, TimePoint now
) {
    const auto leaf = TRY(agent::issue_panel_certificate(ca, now, kPanelLeafLife));
    std::shared_ptr<AgentTlsContext> made(new AgentTlsContext());
    made->context_ = SSL_CTX_new(TLS_server_method());
    made->made_at_ = now;
    if (made->context_ == nullptr || !set_own(made->context_, leaf, ca.certificate_pem)) {
        return fail(
            ErrorCode::Internal, "The TLS context for agents cannot be made.", openssl_reason()
        );
    }
    SSL_CTX_set_min_proto_version(made->context_, TLS1_3_VERSION);
    SSL_CTX_set_verify(made->context_, SSL_VERIFY_PEER, nullptr);
    // Resumed sessions would carry a verification of the past into the present.
    SSL_CTX_set_session_cache_mode(made->context_, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(made->context_, 0);
    return made;
}

AgentTlsContext::~AgentTlsContext() {
    SSL_CTX_free(context_);
}

AgentTlsStream::AgentTlsStream(std::shared_ptr<const AgentTlsContext> context, int socket)
    : context_(std::move(context)), socket_(socket), tls_(SSL_new(context_->get())) {
    SSL_set_fd(tls_, socket_);
    SSL_set_accept_state(tls_);
    SSL_set_mode(tls_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

AgentTlsStream::~AgentTlsStream() {
    SSL_free(tls_);
    close(socket_);
}

Result<void> AgentTlsStream::shake_hands(std::chrono::milliseconds timeout, int stop) {
    const auto until = std::chrono::steady_clock::now() + timeout;
    while (true) {
        ERR_clear_error();
        const int done = TRY(judge(SSL_do_handshake(tls_), "The TLS handshake failed."));
        if (done > 0) {
            return {};
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            until - std::chrono::steady_clock::now()
        );
        std::array<pollfd, 2> entries{
            {{socket_, wanted_ != 0 ? wanted_ : short{POLLIN}, 0}, {stop, POLLIN, 0}}};
        if (left.count() <= 0 ||
            poll(entries.data(), entries.size(), static_cast<int>(left.count())) == 0) {
            return fail(ErrorCode::Timeout, "The TLS handshake took too long.");
        }
        if (entries[1].revents != 0) {
            return fail(ErrorCode::Cancelled, "The panel stops.");
        }
    }
}

Result<std::optional<agent::CertificateFacts>> AgentTlsStream::peer() const {
    const OwnedCertificate certificate{SSL_get1_peer_certificate(tls_), X509_free};
    if (!certificate) {
        return std::nullopt;
    }
    const OwnedBio out{BIO_new(BIO_s_mem()), BIO_free_all};
    PEM_write_bio_X509(out.get(), certificate.get());
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &text);
    return TRY(agent::read_certificate(std::string_view(text, static_cast<std::size_t>(size))));
}

Result<std::string> AgentTlsStream::read_some() {
    std::string bytes(kTlsReadBytes, '\0');
    ERR_clear_error();
    const int got = TRY(judge(
        SSL_read(tls_, bytes.data(), static_cast<int>(bytes.size())),
        "The agent's connection ended."
    ));
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
}

Result<std::size_t> AgentTlsStream::write_some(std::string_view bytes) {
    const auto size = std::min(bytes.size(), kTlsReadBytes);
    ERR_clear_error();
    const int done = TRY(judge(
        SSL_write(tls_, bytes.data(), static_cast<int>(size)), "The agent's connection ended."
    ));
    return done > 0 ? static_cast<std::size_t>(done) : 0;
}

void AgentTlsStream::close_writing() {
    ERR_clear_error();
    SSL_shutdown(tls_);
    ERR_clear_error();
}

Result<int> AgentTlsStream::judge(int result, std::string_view what) {
    wanted_ = 0;
    if (result > 0) {
        return result;
    }
    const int reason = SSL_get_error(tls_, result);
    if (reason == SSL_ERROR_WANT_READ) {
        return 0;
    }
    if (reason == SSL_ERROR_WANT_WRITE) {
        wanted_ = POLLOUT;
        return 0;
    }
    return fail(ErrorCode::Unavailable, std::string(what), openssl_reason());
}

}  // namespace hostelry::servers
