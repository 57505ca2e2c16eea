#include "core/agent/protocol/agent_ca.h"

#include "core/agent/protocol/openssl_owned.h"
#include "core/agent/protocol/protocol.h"
#include "core/base/text.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <memory>

namespace hostelry::agent {

namespace {

// Clocks of servers may be a little behind the panel's.
constexpr std::chrono::minutes kBackdated{5};
constexpr std::chrono::hours kCaLife{24 * 3652};
constexpr int kSerialBits = 159;
constexpr int kCommonNameMax = 64;

struct Extension {
    int nid;
    std::string value;
};

tl::unexpected<Error> broken(std::string what) {
    std::array<char, 200> reason{};
    ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
    ERR_clear_error();
    return fail(
        ErrorCode::Internal,
        "A certificate for the connection to the agent could not be made.",
        std::move(what) + ": " + reason.data()
    );
}

Owned<BIO> reading(std::string_view text) {
    return Owned<BIO>{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string{};
}

template <class Write>
std::string to_pem(Write write) {
    const Owned<BIO> out{BIO_new(BIO_s_mem())};
    return write(out.get()) == 1 ? text_of(out.get()) : std::string{};
}

std::string key_pem(EVP_PKEY* key) {
    return to_pem([&](BIO* out) {
        return PEM_write_bio_PKCS8PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    });
}

std::string certificate_pem(X509* certificate) {
    return to_pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

Owned<EVP_PKEY> new_key() {
    return Owned<EVP_PKEY>{EVP_EC_gen("P-256")};
}

bool is_p256(EVP_PKEY* key) {
    std::array<char, 32> group{};
    return key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
           EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1 &&
           std::string_view(group.data()) == "prime256v1";
}

bool set_common_name(X509_NAME* name, std::string_view value) {
    if (value.empty() || value.size() > kCommonNameMax || has_control_bytes(value)) {
        return false;
    }
    const std::string text(value);
    const auto* bytes =
        reinterpret_cast<const unsigned char*>(text.c_str());  // OpenSSL's type for text
    return X509_NAME_add_entry_by_NID(
               name, NID_commonName, MBSTRING_UTF8, bytes, static_cast<int>(text.size()), -1, 0
           ) == 1;
}

bool set_serial(X509* certificate) {
    const Owned<BIGNUM> number{BN_new()};
    return BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_times(X509* certificate, TimePoint from, TimePoint until) {
    const auto seconds = [](TimePoint time) {
        return std::chrono::system_clock::to_time_t(
            std::chrono::time_point_cast<std::chrono::system_clock::duration>(time)
        );
    };
    return ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(from)) != nullptr &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(until)) != nullptr;
}

bool add_extension(X509* certificate, X509* issuer, const Extension& extension) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Owned<X509_EXTENSION> made{
        X509V3_EXT_conf_nid(nullptr, &context, extension.nid, extension.value.c_str())};
    return made && X509_add_ext(certificate, made.get(), -1) == 1;
}

struct Issue {
    std::string common_name;
    EVP_PKEY* subject_key;
    EVP_PKEY* issuer_key;
    X509* issuer;  ///< Null: self-signed.
    TimePoint from;
    TimePoint until;
    std::vector<Extension> extensions;
};

Result<std::string> issue(const Issue& what) {
    const Owned<X509> certificate{X509_new()};
    X509* const made = certificate.get();
    X509* const issuer = what.issuer != nullptr ? what.issuer : made;
    bool fine = X509_set_version(made, X509_VERSION_3) == 1 && set_serial(made) &&
                set_times(made, what.from, what.until) &&
                set_common_name(X509_get_subject_name(made), what.common_name) &&
                X509_set_issuer_name(made, X509_get_subject_name(issuer)) == 1 &&
                X509_set_pubkey(made, what.subject_key) == 1;
    for (const auto& extension : what.extensions) {
        fine = fine && add_extension(made, issuer, extension);
    }
    if (!fine || X509_sign(made, what.issuer_key, EVP_sha256()) == 0) {
        return broken("issue");
    }
    return certificate_pem(made);
}

struct LoadedCa {
    Owned<EVP_PKEY> key;
    Owned<X509> certificate;
};

Result<LoadedCa> load(const KeyAndCertificate& ca) {
    LoadedCa loaded{
        Owned<EVP_PKEY>{
            PEM_read_bio_PrivateKey(reading(ca.key_pem).get(), nullptr, nullptr, nullptr)},
        Owned<X509>{
            PEM_read_bio_X509(reading(ca.certificate_pem).get(), nullptr, nullptr, nullptr)}};
    if (!loaded.key || !loaded.certificate ||
        X509_check_private_key(loaded.certificate.get(), loaded.key.get()) != 1) {
        return broken("read the agent CA");
    }
    return loaded;
}

Result<TimePoint> time_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
        return broken("read a time");
    }
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::from_time_t(timegm(&parts))
    );
}

Owned<X509_REQ> checked_request(std::string_view csr_pem) {
    Owned<X509_REQ> request{
        PEM_read_bio_X509_REQ(reading(csr_pem).get(), nullptr, nullptr, nullptr)};
    if (request) {
        EVP_PKEY* const key = X509_REQ_get0_pubkey(request.get());
        if (!is_p256(key) || X509_REQ_verify(request.get(), key) != 1) {
            request.reset();
        }
    }
    ERR_clear_error();
    return request;
}

}  // namespace

Result<KeyAndCertificate> create_agent_ca(std::string_view installation_name, TimePoint now) {
    const auto key = new_key();
    if (!key) {
        return broken("make a key");
    }
    std::string name = "Hostelry agent CA " + std::string(installation_name);
    name.resize(std::min<std::size_t>(name.size(), kCommonNameMax));
    auto certificate = TRY(issue({
        .common_name = name,
        .subject_key = key.get(),
        .issuer_key = key.get(),
        .issuer = nullptr,
        .from = now - kBackdated,
        .until = now + kCaLife,
        .extensions =
            {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
             {NID_key_usage, "critical,keyCertSign,cRLSign"},
             {NID_subject_key_identifier, "hash"}},
    }));
    return KeyAndCertificate{key_pem(key.get()), std::move(certificate)};
}

Result<KeyAndCertificate> issue_panel_certificate(
    const KeyAndCertificate& ca, TimePoint now, std::chrono::hours life
) {
    const auto issuer = TRY(load(ca));
    const auto key = new_key();
    if (!key) {
        return broken("make a key");
    }
    auto certificate = TRY(issue({
        .common_name = "Hostelry panel",
        .subject_key = key.get(),
        .issuer_key = issuer.key.get(),
        .issuer = issuer.certificate.get(),
        .from = now - kBackdated,
        .until = now + life,
        .extensions =
            {{NID_basic_constraints, "critical,CA:FALSE"},
             {NID_key_usage, "critical,digitalSignature"},
             {NID_ext_key_usage, "serverAuth"},
             {NID_subject_alt_name, "DNS:" + std::string(kPanelTlsName)},
             {NID_subject_key_identifier, "hash"},
             {NID_authority_key_identifier, "keyid:always"}},
    }));
    return KeyAndCertificate{key_pem(key.get()), std::move(certificate)};
}

Result<std::string> issue_agent_certificate(
    const KeyAndCertificate& ca,
    std::string_view csr_pem,
    std::string_view server_id,
    TimePoint now,
    std::chrono::hours life
) {
    const auto issuer = TRY(load(ca));
    const auto request = checked_request(csr_pem);
    if (!request) {
        return fail(ErrorCode::Invalid, "The agent's certificate request is not acceptable.");
    }
    return issue({
        .common_name = std::string(server_id),
        .subject_key = X509_REQ_get0_pubkey(request.get()),
        .issuer_key = issuer.key.get(),
        .issuer = issuer.certificate.get(),
        .from = now - kBackdated,
        .until = now + std::min<std::chrono::hours>(life, kCertificateLifeMax),
        .extensions =
            {{NID_basic_constraints, "critical,CA:FALSE"},
             {NID_key_usage, "critical,digitalSignature"},
             {NID_ext_key_usage, "clientAuth"},
             {NID_subject_key_identifier, "hash"},
             {NID_authority_key_identifier, "keyid:always"}},
    });
}

Result<KeyAndRequest> create_agent_request(std::string_view server_id) {
    const auto key = new_key();
    const Owned<X509_REQ> request{X509_REQ_new()};
    if (!key || !request || !set_common_name(X509_REQ_get_subject_name(request.get()), server_id) ||
        X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
        X509_REQ_sign(request.get(), key.get(), EVP_sha256()) == 0) {
        return broken("make a request");
    }
    return KeyAndRequest{key_pem(key.get()), to_pem([&](BIO* out) {
                             return PEM_write_bio_X509_REQ(out, request.get());
                         })};
}

std::string certificate_digest(const x509_st* certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    X509_digest(certificate, EVP_sha256(), digest.data(), &size);
    return to_hex(std::as_bytes(std::span{digest.data(), size}));
}

Result<CertificateFacts> read_certificate(std::string_view pem) {
    const Owned<X509> certificate{PEM_read_bio_X509(reading(pem).get(), nullptr, nullptr, nullptr)};
    if (!certificate) {
        ERR_clear_error();
        return fail(ErrorCode::Invalid, "This is not a certificate in PEM form.");
    }
    CertificateFacts facts;
    std::array<char, kCommonNameMax + 1> name{};
    X509_NAME_get_text_by_NID(
        X509_get_subject_name(certificate.get()), NID_commonName, name.data(), name.size()
    );
    facts.common_name = name.data();
    facts.not_before = TRY(time_of(X509_get0_notBefore(certificate.get())));
    facts.not_after = TRY(time_of(X509_get0_notAfter(certificate.get())));
    facts.fingerprint = "sha256:" + certificate_digest(certificate.get());
    return facts;
}

}  // namespace hostelry::agent
