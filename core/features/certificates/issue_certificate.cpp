#include "core/features/certificates/issue_certificate.h"

#include "core/base/time.h"

#include <nlohmann/json.hpp>

namespace hostelry::certificates {

using nlohmann::json;

namespace {

constexpr std::chrono::seconds kPlanLimit{60};
constexpr std::chrono::minutes kOrderLimit{20};

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

Result<std::string> signing_request(
    const Certificates::Needs& needs,
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
    return output.value("csr_pem", "");
}

std::optional<AcmeOrder> order_from_json(const json& text) {
    if (!text.is_object() || !text.contains("url")) {
        return std::nullopt;
    }
    return AcmeOrder{
        .url = text.at("url"),
        .finalize = text.at("finalize"),
        .authorizations = text.at("authorizations")};
}

/// What a step knows of its order between its runs.
struct OrderWork {
    std::optional<AcmeOrder> order{};
    bool begun_early = false;  ///< By an earlier step, when the names may not have led here yet.
    std::string csr_pem{};
    TimePoint since{};
};

json to_json(const OrderWork& work, int attempt) {
    return {
        {"attempt", attempt},
        {"order", order_to_json(*work.order)},
        {"begun_early", work.begun_early},
        {"csr_pem", work.csr_pem},
        {"since", format_rfc3339(work.since)}};
}

/// Of this attempt only: one that comes after a failure begins a new order, so that nothing which
/// was wrong with the old one is carried on.
std::optional<OrderWork> work_so_far(queue::StepContext& step) {
    const auto& kept = step.output_so_far();
    if (!kept.is_object() || kept.value("attempt", 0) != step.attempt()) {
        return std::nullopt;
    }
    return OrderWork{
        .order = order_from_json(kept.at("order")),
        .begun_early = kept.value("begun_early", false),
        .csr_pem = kept.value("csr_pem", ""),
        .since = parse_rfc3339(kept.value("since", "")).value_or(step.clock().now())};
}

Result<OrderProgress> advance(
    AcmeClient& acme, const IssueRequest& request, OrderWork& work, queue::StepContext& step
) {
    const auto watch = watch_of(step);
    if (work.order) {
        auto progress = acme.go_on(*work.order, work.csr_pem, watch);
        const auto code = progress ? ErrorCode::Internal : progress.error().code;
        const bool begin_again =
            code == ErrorCode::NotFound || (work.begun_early && code == ErrorCode::ProviderRefused);
        if (!begin_again) {
            return progress;
        }
        step.note("The certificate authority is asked once more");
    }
    work.begun_early = false;
    work.order = TRY(acme.begin(request.names, watch));
    return acme.go_on(*work.order, work.csr_pem, watch);
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

json order_to_json(const AcmeOrder& order) {
    return {
        {"url", order.url}, {"finalize", order.finalize}, {"authorizations", order.authorizations}};
}

OrderWatch watch_of(queue::StepContext& step) {
    return {
        .note = [&step](const std::string& text) { step.note(text); },
        .sleep = [&step](std::chrono::milliseconds length) { return step.sleep_for(length); },
    };
}

Result<IssueProgress> get_and_install(
    const Certificates::Needs& needs,
    AcmeClient& acme,
    const IssueRequest& request,
    KeyChoice key,
    const json& begun,
    queue::StepContext& step
) {
    auto work = work_so_far(step).value_or(OrderWork{.since = step.clock().now()});
    if (work.csr_pem.empty()) {
        work.csr_pem = TRY(signing_request(needs, request, key, step));
        if (step.attempt() == 1) {
            work.order = order_from_json(begun);
            work.begun_early = work.order.has_value();
        }
    }
    const auto progress = TRY(advance(acme, request, work, step));
    if (!progress.chain_pem) {
        if (step.clock().now() - work.since > kOrderLimit) {
            return fail(ErrorCode::Timeout, "The certificate authority does not finish the order.");
        }
        return IssueProgress{
            .certificate = {},
            .again_in = progress.look_again_in,
            .so_far = db::JsonText{to_json(work, step.attempt())}};
    }
    step.note("The server installs the certificate");
    const auto installed = TRY(apply_one(
        needs,
        request.server,
        {{"id", "install"},
         {"do", "certificate.install"},
         {"site", request.site_key},
         {"chain_pem", *progress.chain_pem}},
        step
    ));
    auto certificate = TRY(installed_certificate(installed, request));
    certificate.kind = "acme";
    certificate.state = "valid";
    return IssueProgress{.certificate = std::move(certificate), .again_in = {}, .so_far = {}};
}

}  // namespace hostelry::certificates
