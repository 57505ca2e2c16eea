#include "core/agent/commands/health/http_probe.h"

#include "core/agent/protocol/agent_ca.h"
#include "core/agent/protocol/openssl_owned.h"
#include "core/agent/runtime/descriptor.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <memory>

namespace hostelry::agent {

namespace {

tl::unexpected<Error> no_answer(const std::string& why) {
    return fail(ErrorCode::Unavailable, "The site does not answer: " + why + ".");
}

Result<Descriptor> connect_to(const Probe& what) {
    addrinfo wanted{};
    wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(what.address.c_str(), std::to_string(what.port).c_str(), &wanted, &found) !=
        0) {
        return no_answer("the address is not an IP address");
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned{found, freeaddrinfo};
    Descriptor connection{
        socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, found->ai_protocol)};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(what.timeout);
    const timeval limit{
        seconds.count(),
        std::chrono::duration_cast<std::chrono::microseconds>(what.timeout - seconds).count()};
    setsockopt(connection.number(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(connection.number(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(connection.number(), found->ai_addr, found->ai_addrlen) != 0) {
        return no_answer("the connection was refused or timed out");
    }
    return connection;
}

/// HTTP/1.0, so that the answer is never chunked and ends with the connection.
std::string request_of(const Probe& what) {
    return "GET " + what.path + " HTTP/1.0\r\nHost: " + what.host +
           "\r\nUser-Agent: hostelry-agent\r\nAccept: */*\r\nConnection: close\r\n\r\n";
}

Result<ProbeAnswer> parse_answer(const std::string& text) {
    const auto head_end = text.find("\r\n\r\n");
    if (!text.starts_with("HTTP/1.") || text.size() < 12 || head_end == std::string::npos) {
        return no_answer("the answer is not HTTP");
    }
    ProbeAnswer answer;
    answer.status = static_cast<int>(std::strtol(text.c_str() + 9, nullptr, 10));
    answer.body = text.substr(head_end + 4);
    return answer;
}

template <class Read>
std::string read_to_end(Read read) {
    std::string text;
    std::array<char, 16384> part{};
    while (text.size() < kProbeBodyMax) {
        const auto got = read(part.data(), part.size());
        if (got <= 0) {
            break;
        }
        text.append(part.data(), static_cast<std::size_t>(got));
    }
    return text;
}

void trust(SSL_CTX* context, const std::string& ca_pem) {
    SSL_CTX_set_default_verify_paths(context);
    const Owned<BIO> in{BIO_new_mem_buf(ca_pem.data(), static_cast<int>(ca_pem.size()))};
    while (true) {
        const Owned<X509> anchor{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)};
        if (!anchor) {
            break;
        }
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), anchor.get());
    }
    ERR_clear_error();
}

/// Nobody known has signed it, and nothing else is wrong with it.
bool is_unknown_signer(long verdict) {
    return verdict == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
           verdict == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
           verdict == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
           verdict == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
           verdict == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
}

/// Goes on past an unknown signer for the one certificate that is expected. OpenSSL asks again for
/// what it finds afterwards: dates and name are judged like any other's.
int judge_expected(int is_fine, X509_STORE_CTX* context) {
    const auto* tls = static_cast<const SSL*>(
        X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx())
    );
    const auto& wanted = *static_cast<const std::string*>(SSL_get_ex_data(tls, 0));
    if (is_fine == 1 || !is_unknown_signer(X509_STORE_CTX_get_error(context))) {
        return is_fine;
    }
    if ("sha256:" + certificate_digest(X509_STORE_CTX_get0_cert(context)) != wanted) {
        return 0;
    }
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

Result<ProbeAnswer> probe_tls(const Probe& what, int socket_number) {
    const Owned<SSL_CTX> context{SSL_CTX_new(TLS_client_method())};
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    if (what.verify) {
        trust(context.get(), what.ca_pem);
        SSL_CTX_set_verify(
            context.get(), SSL_VERIFY_PEER, what.fingerprint.empty() ? nullptr : judge_expected
        );
    }
    const Owned<SSL> tls{SSL_new(context.get())};
    std::string expected = what.fingerprint;
    SSL_set_ex_data(tls.get(), 0, &expected);
    std::string name = what.host;
    // SSL_set_tlsext_host_name is a macro with a C cast.
    const bool ready =
        SSL_ctrl(tls.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) ==
            1 &&
        SSL_set1_host(tls.get(), what.host.c_str()) == 1 &&
        SSL_set_fd(tls.get(), socket_number) == 1;
    if (!ready || SSL_connect(tls.get()) != 1) {
        const long verdict = SSL_get_verify_result(tls.get());
        ERR_clear_error();
        return no_answer(
            verdict != X509_V_OK ? std::string("its certificate is not accepted, ") +
                                       X509_verify_cert_error_string(verdict)
                                 : std::string("TLS could not be agreed on")
        );
    }
    const auto request = request_of(what);
    if (SSL_write(tls.get(), request.data(), static_cast<int>(request.size())) <= 0) {
        return no_answer("the connection broke");
    }
    const auto text = read_to_end([&](char* to, std::size_t size) {
        return SSL_read(tls.get(), to, static_cast<int>(size));
    });
    ERR_clear_error();
    return parse_answer(text);
}

}  // namespace

Result<ProbeAnswer> probe(const Probe& what) {
    const auto connection = TRY(connect_to(what));
    if (what.tls) {
        return probe_tls(what, connection.number());
    }
    const auto request = request_of(what);
    if (send(connection.number(), request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
        return no_answer("the connection broke");
    }
    return parse_answer(read_to_end([&](char* to, std::size_t size) {
        return recv(connection.number(), to, size, 0);
    }));
}

}  // namespace hostelry::agent
