#include "core/features/certificates/upload_check.h"

#include "core/base/text.h"
#include "core/base/time.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>

namespace hostelry::certificates {
namespace {

struct FreeUploadPart {
    void operator()(BIO* bio) const { BIO_free_all(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Held = std::unique_ptr<T, FreeUploadPart>;

// An encrypted key would make OpenSSL ask on a terminal.
int refuse_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) {
    return 0;
}

Held<BIO> text_to_read(const std::string& pem) {
    return Held<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Held<X509> first_certificate(const std::string& pem) {
    const auto text = text_to_read(pem);
    return Held<X509>(PEM_read_bio_X509(text.get(), nullptr, refuse_passphrase, nullptr));
}

Held<EVP_PKEY> private_key(const std::string& pem) {
    const auto text = text_to_read(pem);
    return Held<EVP_PKEY>(PEM_read_bio_PrivateKey(text.get(), nullptr, refuse_passphrase, nullptr));
}

TimePoint moment_of(const ASN1_TIME* time) {
    std::tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::from_time_t(timegm(&parts))
    );
}

bool holds_name(X509* certificate, const std::string& name) {
    return X509_check_host(
               certificate, name.data(), name.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr
           ) == 1;
}

std::string names_problem(X509* certificate, const std::vector<std::string>& names) {
    std::vector<std::string> missing;
    for (const auto& name : names) {
        if (!holds_name(certificate, name)) {
            missing.push_back(name);
        }
    }
    if (missing.empty()) {
        return {};
    }
    return "The certificate is not for " + join(missing, ", ") +
           ". It must hold every name that the site answers to.";
}

std::string time_problem(X509* certificate, TimePoint now) {
    const auto from = moment_of(X509_get0_notBefore(certificate));
    const auto until = moment_of(X509_get0_notAfter(certificate));
    if (until <= now) {
        return "The certificate expired on " + format_rfc3339(until).substr(0, 10) + ".";
    }
    if (from > now) {
        return "The certificate is valid only from " + format_rfc3339(from).substr(0, 10) + ".";
    }
    return {};
}

}  // namespace

std::vector<FieldError> problems_of_upload(
    const UploadCertificate& upload, const std::vector<std::string>& names, TimePoint now
) {
    std::vector<FieldError> problems;
    const auto certificate = first_certificate(upload.chain_pem);
    const auto key = private_key(upload.key_pem);
    if (!certificate) {
        problems.push_back(
            {"chain_pem",
             "This is no certificate in PEM form. It begins with -----BEGIN CERTIFICATE-----."}
        );
    } else {
        auto wrong = time_problem(certificate.get(), now);
        if (wrong.empty()) {
            wrong = names_problem(certificate.get(), names);
        }
        if (!wrong.empty()) {
            problems.push_back({"chain_pem", std::move(wrong)});
        }
    }
    if (!key) {
        problems.push_back(
            {"key_pem",
             "This is no private key in PEM form without a passphrase. It begins with -----BEGIN "
             "PRIVATE KEY----- or similar."}
        );
    } else if (certificate && X509_check_private_key(certificate.get(), key.get()) != 1) {
        problems.push_back(
            {"key_pem",
             "This key does not belong to the certificate. The site's own certificate must be the "
             "first of the chain."}
        );
    }
    ERR_clear_error();
    return problems;
}

}  // namespace hostelry::certificates
