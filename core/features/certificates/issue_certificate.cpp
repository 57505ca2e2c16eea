#include "core/features/certificates/issue_certificate.h"

#include "core/base/time.h"

#include <nlohmann/json.hpp>

namespace hostelry::certificates {

using nlohmann::json;

namespace {

constexpr std::chrono::seconds kPlanLimit{60};

Result<json> output_of_last(const json& plan_result) {
    const auto results = plan_result.find("results");
    if (results == plan_result.end() || !results->is_array() || results->empty() ||
        !results->back().contains("output")) {
        return fail(
            ErrorCode::Internal, "The server's answer about the certificate cannot be read."
        );
    }
    return results->back().at("output");
}

Result<json> apply_one(
    const Certificates::Needs& needs, ServerId server, const json& action, queue::StepContext& step
) {
    const json plan{{"actions", json::array({action})}};
    return needs.apply(server, plan, kPlanLimit, [&step] { return step.cancelled(); });
}

}  // namespace

Result<Certificate> installed_certificate(const json& plan_result, const IssueRequest& request) {
    const auto output = TRY(output_of_last(plan_result));
    const auto from = parse_rfc3339(output.value("not_before", ""));
    const auto until = parse_rfc3339(output.value("not_after", ""));
    Certificate certificate;
    certificate.names = output.value("names", request.names);
    if (!from || !until || certificate.names.empty()) {
        return fail(
            ErrorCode::Internal, "The server's answer about the certificate cannot be read."
        );
    }
    certificate.tenant = request.tenant;
    certificate.site = request.site;
    certificate.site_key = request.site_key;
    certificate.server = request.server;
    certificate.issuer = output.value("issuer", "");
    certificate.serial = output.value("serial", "");
    certificate.fingerprint = output.value("fingerprint", "");
    certificate.not_before = *from;
    certificate.not_after = *until;
    return certificate;
}

Result<Certificate> get_and_install(
    const Certificates::Needs& needs,
    AcmeClient& acme,
    const IssueRequest& request,
    KeyChoice key,
    queue::StepContext& step
) {
    step.note("The server makes a key");
    const auto asked = TRY(apply_one(
        needs,
        request.server,
        {{"id", "request"},
         {"do", "certificate.request"},
         {"site", request.site_key},
         {"names", request.names},
         {"fresh", key == KeyChoice::Fresh}},
        step
    ));
    const auto output = TRY(output_of_last(asked));
    const OrderWatch watch{
        .note = [&step](const std::string& text) { step.note(text); },
        .sleep = [&step](std::chrono::milliseconds length) { return step.sleep_for(length); },
    };
    const auto chain = TRY(acme.order(request.names, output.value("csr_pem", ""), watch));
    step.note("The server installs the certificate");
    const auto installed = TRY(apply_one(
        needs,
        request.server,
        {{"id", "install"},
         {"do", "certificate.install"},
         {"site", request.site_key},
         {"chain_pem", chain}},
        step
    ));
    auto certificate = TRY(installed_certificate(installed, request));
    certificate.kind = "acme";
    certificate.state = "valid";
    return certificate;
}

}  // namespace hostelry::certificates
