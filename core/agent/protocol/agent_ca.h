#pragma once
// Certificates of the connection between panel and agents (protocol.h says who shows what). The
// panel keeps the CA; an agent makes keys and requests.
//
// Keys are ECDSA P-256 in PKCS #8 PEM; certificates X.509 v3 in PEM. All functions are pure apart
// from randomness and may be called from any thread.

#include "core/base/clock.h"
#include "core/base/result.h"

#include <chrono>
#include <string>
#include <string_view>

struct x509_st;  // OpenSSL's X509

namespace hostelry::agent {

struct KeyAndCertificate {
    std::string key_pem;
    std::string certificate_pem;
};

struct KeyAndRequest {
    std::string key_pem;
    std::string csr_pem;
};

struct CertificateFacts {
    std::string common_name;
    TimePoint not_before;
    TimePoint not_after;
    std::string fingerprint;  ///< "sha256:" and 64 hex digits, over the DER form.
};

/// A new self-signed agent CA, valid for ten years.
Result<KeyAndCertificate> create_agent_ca(std::string_view installation_name, TimePoint now);

/// The panel's own leaf: DNS name kPanelTlsName, serverAuth.
Result<KeyAndCertificate> issue_panel_certificate(
    const KeyAndCertificate& ca, TimePoint now, std::chrono::hours life
);

/// An agent's certificate: CN = server_id whatever the request says, clientAuth, at most
/// kCertificateLifeMax. Invalid when the request is malformed, not signed by its own key or its key
/// is not P-256.
Result<std::string> issue_agent_certificate(
    const KeyAndCertificate& ca,
    std::string_view csr_pem,
    std::string_view server_id,
    TimePoint now,
    std::chrono::hours life
);

/// A new key and a request for it; the agent's side of enrolment and renewal.
Result<KeyAndRequest> create_agent_request(std::string_view server_id);

/// 64 hex digits: SHA-256 over the DER form.
std::string certificate_digest(const x509_st* certificate);

/// Facts of the first certificate in the text.
Result<CertificateFacts> read_certificate(std::string_view pem);

}  // namespace hostelry::agent
