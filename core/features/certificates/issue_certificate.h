#pragma once

#include "core/features/certificates/acme_client.h"
#include "core/features/certificates/certificates.h"
#include "core/platform/db/json_text.h"

#include <nlohmann/json_fwd.hpp>

namespace hostelry::certificates {

enum class KeyChoice { KeepPrepared, Fresh };

/// What one run of a job step has reached: the certificate is installed, or the authority still
/// works and the step runs again in a while.
struct IssueProgress {
    std::optional<Certificate> certificate;
    std::chrono::milliseconds again_in{0};
    db::JsonText so_far;  ///< For `again_in` of the step.
};

/// Signing request on the server, order at the authority, installation. `begun` is an order that an
/// earlier step began (order_to_json), or null. Nothing is written to the database.
Result<IssueProgress> get_and_install(
    const Certificates::Needs& needs,
    AcmeClient& acme,
    const IssueRequest& request,
    KeyChoice key,
    const nlohmann::json& begun,
    queue::StepContext& step
);

nlohmann::json order_to_json(const AcmeOrder& order);
OrderWatch watch_of(queue::StepContext& step);

/// What a server says about the certificate it installed (`certificate.install`,
/// `certificate.upload`).
Result<Certificate> installed_certificate(
    const nlohmann::json& plan_result, const IssueRequest& request
);

}  // namespace hostelry::certificates
