#include "core/platform/http/tls_context.h"

#include "core/platform/http/address.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>

namespace hostelry::http {
namespace {

using ContextPointer = std::shared_ptr<const Poco::Net::Context>;

constexpr long kSelfSignedSeconds = 825L * 24 * 3600;

struct Release {
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
    void operator()(std::FILE* file) const {
        [[maybe_unused]] const int closed = std::fclose(file);
    }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

Result<ContextPointer> make_context(const std::string& chain_file, const std::string& key_file) {
    try {
        Poco::Net::Context::Params params;
        params.certificateFile = chain_file;
        params.privateKeyFile = key_file;
        params.verificationMode =
            Poco::Net::Context::VERIFY_NONE;  // Visitors have no certificates.
        params.loadDefaultCAs = false;
        params.cipherList = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!eNULL:!SHA1:!kRSA:!PSK";
        auto context =
            std::make_shared<Poco::Net::Context>(Poco::Net::Context::TLS_SERVER_USE, params);
        context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
        auto* ssl = context->sslContext();
        SSL_CTX_set_options(
            ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE
        );
        SSL_CTX_clear_options(ssl, SSL_OP_NO_TICKET);
        return context;
    } catch (const Poco::Exception& error) {
        return fail(
            ErrorCode::Invalid,
            fmt::format("The certificate {} and its key cannot be used.", chain_file),
            error.displayText()
        );
    }
}

tl::unexpected<Error> no_certificate(std::string cause) {
    return fail(
        ErrorCode::Internal, "A self-signed certificate could not be made.", std::move(cause)
    );
}

bool add_extension(X509* certificate, int nid, const std::string& value) {
    const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str())
    );
    return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

std::string subject_names(const std::vector<std::string>& names) {
    std::string list;
    for (const auto& name : names) {
        list += list.empty() ? "" : ",";
        list += IpAddress::parse(name) ? "IP:" : "DNS:";
        list += name;
    }
    return list;
}

bool fill_certificate(X509* certificate, EVP_PKEY* key, const std::vector<std::string>& names) {
    std::uint64_t serial = 0;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) {
        return false;
    }
    auto* subject = X509_get_subject_name(certificate);
    const auto& common_name = names.front();
    return X509_set_version(certificate, 2) == 1 &&
           ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != nullptr &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), kSelfSignedSeconds) != nullptr &&
           X509_NAME_add_entry_by_txt(
               subject,
               "CN",
               MBSTRING_UTF8,
               reinterpret_cast<const unsigned char*>(common_name.c_str()),
               -1,
               -1,
               0
           ) == 1 &&
           X509_set_issuer_name(certificate, subject) == 1 &&
           X509_set_pubkey(certificate, key) == 1 &&
           add_extension(certificate, NID_subject_alt_name, subject_names(names)) &&
           add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
           X509_sign(certificate, key, EVP_sha256()) > 0;
}

bool write_key(EVP_PKEY* key, const std::string& path) {
    const auto old_mask = ::umask(0077);
    const Owned<std::FILE> file(std::fopen(path.c_str(), "we"));
    ::umask(old_mask);
    return file &&
           PEM_write_PKCS8PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1;
}

bool write_certificate(X509* certificate, const std::string& path) {
    const Owned<std::FILE> file(std::fopen(path.c_str(), "we"));
    return file && PEM_write_X509(file.get(), certificate) == 1;
}

std::string fingerprint(const X509* certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    X509_digest(certificate, EVP_sha256(), digest.data(), &size);
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
        text += fmt::format("{}{:02X}", i == 0 ? "" : ":", digest[i]);
    }
    return text;
}

}  // namespace

TlsContext::TlsContext(std::string chain_file, std::string key_file)
    : chain_file_(std::move(chain_file)), key_file_(std::move(key_file)) {}

Result<std::shared_ptr<TlsContext>> TlsContext::load(
    const std::string& chain_file, const std::string& key_file
) {
    std::shared_ptr<TlsContext> context(new TlsContext(chain_file, key_file));
    if (auto loaded = context->reload(); !loaded) {
        return tl::unexpected(std::move(loaded).error());
    }
    return context;
}

Result<void> TlsContext::reload() {
    auto fresh = TRY(make_context(chain_file_, key_file_));
    context_.with([&](ContextPointer& context) { context.swap(fresh); });
    return {};
}

ContextPointer TlsContext::current() const {
    return context_.with([](const ContextPointer& context) { return context; });
}

Result<std::string> make_self_signed(
    const std::vector<std::string>& names,
    const std::string& chain_file,
    const std::string& key_file
) {
    if (names.empty()) {
        return fail(ErrorCode::Invalid, "A certificate needs a name.");
    }
    const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
    const Owned<X509> certificate(X509_new());
    if (!key || !certificate || !fill_certificate(certificate.get(), key.get(), names)) {
        return no_certificate("OpenSSL refused a step");
    }
    if (!write_key(key.get(), key_file) || !write_certificate(certificate.get(), chain_file)) {
        return no_certificate("cannot write " + chain_file);
    }
    return fingerprint(certificate.get());
}

Result<std::string> certificate_fingerprint(const std::string& chain_file) {
    const Owned<std::FILE> file(std::fopen(chain_file.c_str(), "re"));
    const Owned<X509> certificate(
        file ? PEM_read_X509(file.get(), nullptr, nullptr, nullptr) : nullptr
    );
    if (!certificate) {
        return fail(ErrorCode::NotFound, fmt::format("{} holds no certificate.", chain_file));
    }
    return fingerprint(certificate.get());
}

}  // namespace hostelry::http
