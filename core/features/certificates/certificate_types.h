#pragma once
// Certificates as tables, API and pages see them.

#include "core/base/describe.h"
#include "core/base/id.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::certificates {

using CertificateId = Id<struct CertificateTag>;

struct Certificate {
    CertificateId id{};
    TenantId tenant{};
    Uuid site{};
    std::string kind;   ///< "acme" or "custom"
    std::string state;  ///< "valid", "renewing" or "failed" (the last attempt; the old one is still
                        ///< in place)
    std::vector<std::string> names;
    std::string issuer;
    std::string serial;
    std::string fingerprint;
    TimePoint not_before{};
    TimePoint not_after{};
    std::string problem;                     ///< Why the last renewal did not work.
    std::int64_t failures = 0;               ///< Renewals that failed since the last good one.
    std::optional<TimePoint> next_try_at{};  ///< After a failure.
    // Where it is installed; not shown.
    std::string site_key;
    ServerId server{};
};

struct UploadCertificate {
    Uuid site{};
    std::string chain_pem;
    std::string key_pem;
};

}  // namespace hostelry::certificates

namespace hostelry {

template <>
inline const Description& describe<certificates::Certificate>() {
    using certificates::Certificate;
    static const Description kDescription{
        "Certificate",
        {
            field<&Certificate::id>("id", {.label = "Id"}),
            field<&Certificate::names>("names", {.label = "Names"}),
            field<&Certificate::state>("state", {.label = "State"}),
            field<&Certificate::kind>("kind", {.label = "Kind"}),
            field<&Certificate::issuer>("issuer", {.label = "Issuer"}),
            field<&Certificate::not_after>("not_after", {.label = "Expires"}),
            field<&Certificate::not_before>("not_before", {.label = "Valid from"}),
            field<&Certificate::serial>("serial", {.label = "Serial"}),
            field<&Certificate::fingerprint>("fingerprint", {.label = "SHA-256"}),
            field<&Certificate::problem>("problem", {.label = "Problem"}),
            field<&Certificate::next_try_at>("next_try_at", {.label = "Next try"}),
            field<&Certificate::site>("site", {.label = "Site"}),
            field<&Certificate::tenant>("tenant", {.label = "Account"}),
        }};
    return kDescription;
}

template <>
inline const Description& describe<certificates::UploadCertificate>() {
    using certificates::UploadCertificate;
    static const Description kDescription{
        "UploadCertificate",
        {
            field<&UploadCertificate::site>("site", {.label = "Site", .required = true}),
            field<&UploadCertificate::chain_pem>(
                "chain_pem",
                {.label = "Certificate chain",
                 .help = "PEM: the site's certificate first, then the intermediate ones.",
                 .kind = Kind::Multiline,
                 .required = true,
                 .min = 100,
                 .max = 60000}
            ),
            field<&UploadCertificate::key_pem>(
                "key_pem",
                {.label = "Private key",
                 .help = "PEM, without a passphrase. It goes to the server and is not kept here.",
                 .kind = Kind::Multiline,
                 .required = true,
                 .min = 50,
                 .max = 20000}
            ),
        }};
    return kDescription;
}

}  // namespace hostelry
