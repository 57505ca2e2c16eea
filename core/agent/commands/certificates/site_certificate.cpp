#include "core/agent/commands/certificates/site_certificate.h"

#include "core/agent/protocol/agent_ca.h"
#include "core/agent/protocol/openssl_owned.h"
#include "core/base/text.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>

namespace hostelry::agent {

namespace {

constexpr std::size_t kChainMax = 10;

tl::unexpected<Error> refused(std::string sentence) {
    ERR_clear_error();
    return fail(ErrorCode::Invalid, std::move(sentence));
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string{};
}

template <class Write>
std::string written(Write write) {
    const Owned<BIO> out{BIO_new(BIO_s_mem())};
    return write(out.get()) == 1 ? text_of(out.get()) : std::string{};
}

bool add_names(X509_REQ* request, const std::vector<std::string>& names) {
    std::string value;
    for (const auto& name : names) {
        value += (value.empty() ? "DNS:" : ",DNS:") + name;
    }
    const Owned<STACK_OF(X509_EXTENSION)> extensions{sk_X509_EXTENSION_new_null()};
    Owned<X509_EXTENSION> extension{
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, value.c_str())};
    if (!extension || sk_X509_EXTENSION_push(extensions.get(), extension.get()) <= 0) {
        return false;
    }
    static_cast<void>(extension.release());  // owned by the stack now
    return X509_REQ_add_extensions(request, extensions.get()) == 1;
}

std::vector<std::string> names_of(X509* certificate) {
    std::vector<std::string> names;
    const Owned<GENERAL_NAMES> list{static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)
    )};
    for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(list.get(), i);
        if (name->type == GEN_DNS) {
            const auto* bytes = ASN1_STRING_get0_data(name->d.dNSName);
            const auto size = static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName));
            names.push_back(to_string(std::as_bytes(std::span{bytes, size})));
        }
    }
    return names;
}

std::vector<Owned<X509>> read_chain(std::string_view pem) {
    const Owned<BIO> in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    std::vector<Owned<X509>> chain;
    while (chain.size() <= kChainMax) {
        Owned<X509> next{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)};
        if (!next) {
            break;
        }
        chain.push_back(std::move(next));
    }
    ERR_clear_error();
    return chain;
}

TimePoint time_of(const ASN1_TIME* time) {
    std::tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::from_time_t(timegm(&parts))
    );
}

std::string serial_of(X509* certificate) {
    const Owned<BIGNUM> number{ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr)};
    const Owned<char> hex{number ? BN_bn2hex(number.get()) : nullptr};
    return hex ? lower_ascii(hex.get()) : std::string{};
}

std::string issuer_of(X509* certificate) {
    return written([&](BIO* out) {
        return X509_NAME_print_ex(out, X509_get_issuer_name(certificate), 0, XN_FLAG_RFC2253) >= 0
                   ? 1
                   : 0;
    });
}

// An encrypted key would make OpenSSL ask on a terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) {
    return 0;
}

}  // namespace

Result<SiteRequest> create_site_request(const std::vector<std::string>& names) {
    const Owned<EVP_PKEY> key{EVP_EC_gen("P-256")};
    const Owned<X509_REQ> request{X509_REQ_new()};
    if (!key || !request || !add_names(request.get(), names) ||
        X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
        X509_REQ_sign(request.get(), key.get(), EVP_sha256()) == 0) {
        ERR_clear_error();
        return fail(ErrorCode::Internal, "A request for a certificate could not be made.");
    }
    return SiteRequest{
        written([&](BIO* out) {
            return PEM_write_bio_PKCS8PrivateKey(
                out, key.get(), nullptr, nullptr, 0, nullptr, nullptr
            );
        }),
        written([&](BIO* out) { return PEM_write_bio_X509_REQ(out, request.get()); })};
}

Result<ChainFacts> check_chain(
    std::string_view chain_pem, std::string_view key_pem, TimePoint now
) {
    const auto chain = read_chain(chain_pem);
    if (chain.empty() || chain.size() > kChainMax) {
        return refused("The chain must hold one to ten certificates in PEM form, the site's first."
        );
    }
    const Owned<BIO> in{BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size()))};
    const Owned<EVP_PKEY> key{PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr)};
    if (!key) {
        return refused("The key is not an unencrypted private key in PEM form.");
    }
    X509* const leaf = chain.front().get();
    if (X509_check_private_key(leaf, key.get()) != 1) {
        return refused("The certificate does not belong to the key.");
    }
    ChainFacts facts{
        names_of(leaf),
        issuer_of(leaf),
        serial_of(leaf),
        certificate_digest(leaf),
        time_of(X509_get0_notBefore(leaf)),
        time_of(X509_get0_notAfter(leaf))};
    if (facts.names.empty()) {
        return refused("The certificate names no host.");
    }
    if (facts.not_after <= now) {
        return refused("The certificate has expired.");
    }
    return facts;
}

}  // namespace hostelry::agent
