#include "core/app/api_client.h"

#include "core/platform/http/outbound.h"

#include <nlohmann/json.hpp>

namespace hostelry::app {
namespace {

constexpr std::chrono::milliseconds kCallTimeout{60'000};

http::OutboundOptions options_for(const std::string& url) {
    http::OutboundOptions options;
    options.schemes = {"http", "https"};
    const auto authority = url.find("//") + 2;
    const auto colon = url.rfind(':');
    const bool has_port = colon != std::string::npos && colon > authority &&
                          url.find(']', colon) == std::string::npos;
    options.ports = {
        has_port ? static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)))
                 : static_cast<std::uint16_t>(url.starts_with("https") ? 443 : 80)};
    // The person at the keyboard chose the address; every one may be called.
    options.allow_private = {
        *http::AddressRange::parse("0.0.0.0/0"), *http::AddressRange::parse("::/0")};
    options.user_agent = "hostelry-cli";
    return options;
}

Error error_of(const http::OutboundResponse& response) {
    const auto problem = nlohmann::json::parse(response.body, nullptr, false);
    Error error;
    error.code = ErrorCode::Internal;
    error.message = "The panel answered with status " + std::to_string(response.status) + ".";
    if (!problem.is_object()) {
        return error;
    }
    error.code = code_from_name(problem.value("code", "internal"));
    error.message = problem.value("detail", problem.value("title", error.message));
    for (const auto& field : problem.value("errors", nlohmann::json::array())) {
        error.fields.push_back({field.value("field", ""), field.value("message", "")});
    }
    return error;
}

}  // namespace

Result<ApiAnswer> call_api(
    const PanelAddress& panel,
    http::Method method,
    const std::string& path,
    const nlohmann::json* body,
    const std::string& idempotency_key
) {
    http::OutboundClient client(options_for(panel.url));
    http::OutboundRequest request;
    request.method = method;
    request.url = panel.url + path;
    request.headers = {{"Authorization", "Bearer " + panel.key}, {"Accept", "application/json"}};
    if (body != nullptr) {
        request.headers.emplace_back("Content-Type", "application/json");
        request.headers.emplace_back("Idempotency-Key", idempotency_key);
        request.body = body->dump();
    }
    request.timeout = kCallTimeout;
    request.ca_file = panel.ca_file;
    auto response = client.send(request);
    if (!response) {
        auto error = std::move(response).error();
        if (error.code == ErrorCode::ProviderUnavailable) {
            error.code = ErrorCode::Unavailable;
            error.message = "The panel at " + panel.url + " does not answer. Is it running?";
        }
        return tl::unexpected(std::move(error));
    }
    if (response->status >= 400) {
        return tl::unexpected(error_of(*response));
    }
    return ApiAnswer{response->status, std::move(response->body)};
}

}  // namespace hostelry::app
