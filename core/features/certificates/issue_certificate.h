#pragma once

#include "core/features/certificates/acme_client.h"
#include "core/features/certificates/certificates.h"

namespace hostelry::certificates {

enum class KeyChoice { KeepPrepared, Fresh };

/// Signing request on the server, order at the authority, installation. Nothing is written to the
/// database.
Result<Certificate> get_and_install(
    const Certificates::Needs& needs,
    AcmeClient& acme,
    const IssueRequest& request,
    KeyChoice key,
    queue::StepContext& step
);

/// What a server says about the certificate it installed (`certificate.install`,
/// `certificate.upload`).
Result<Certificate> installed_certificate(
    const nlohmann::json& plan_result, const IssueRequest& request
);

}  // namespace hostelry::certificates
