#include "core/platform/plugin_host/host_http_call.h"

#include "core/base/text.h"
#include "core/platform/plugin_host/json_schema.h"
#include "core/platform/plugin_host/schemas.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace hostelry::plugin_host {

namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds kTimeoutDefault{20'000};

const JsonSchema& request_rules() {
    static const auto kRules =
        JsonSchema::compile(
            json::parse(schema_text("host-http-1")).at("members").at("send").at("request"), nullptr
        )
            .value();
    return kRules;
}

Result<json> parse_request(std::string_view text) {
    auto request = json::parse(text, nullptr, false);
    if (request.is_discarded()) {
        return fail(ErrorCode::Invalid, "The plugin's request is not valid JSON.");
    }
    if (auto errors = request_rules().violations(request); !errors.empty()) {
        return fail_fields(std::move(errors));
    }
    return request;
}

/// A secret travels in a header only: addresses and bodies end up in logs of others.
Result<void> check_target(const Account& account, const std::string& url, const std::string& body) {
    if (mentions_secret(url) || mentions_secret(body)) {
        return fail(ErrorCode::Invalid, "A secret may only stand in a header.");
    }
    if (!account.may_reach(url)) {
        return fail(
            ErrorCode::Invalid,
            fmt::format(
                "The plugin may not reach {}: its manifest and settings do not name that host.",
                origin_of(url).value_or("this address")
            )
        );
    }
    return {};
}

Result<HttpHeaders> read_headers(const Account& account, const json& request) {
    HttpHeaders headers;
    const auto given = request.value("headers", json::object());
    for (const auto& [name, value] : given.items()) {
        auto filled = TRY(account.fill_secrets(value.get_ref<const std::string&>()));
        const bool bad_name = name.empty() || name.size() > 100 || has_control_bytes(name) ||
                              name.find_first_of(" :{}\"(),/;<=>?@[\\]") != std::string::npos;
        if (bad_name || has_control_bytes(filled)) {
            return fail(ErrorCode::Invalid, "A header of the plugin's request is malformed.");
        }
        headers.emplace_back(name, std::move(filled));
    }
    return headers;
}

/// What is left for the request: its own timeout, but not past the call's deadline.
Result<std::chrono::milliseconds> time_left(
    const Clock& clock, const CallState* call, const json& request
) {
    auto timeout = std::chrono::milliseconds(request.value("timeout_ms", kTimeoutDefault.count()));
    if (call == nullptr) {
        return timeout;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        call->frame().deadline - clock.steady()
    );
    if (left.count() <= 0) {
        return fail(ErrorCode::Timeout, "The call's time is over.");
    }
    return std::min(timeout, left);
}

std::string encode(const Account& account, const HttpReply& reply) {
    json answer{{"status", reply.status}, {"headers", json::object()}};
    for (const auto& [name, value] : reply.headers) {
        auto& header = answer["headers"][lower_ascii(name)];
        const auto visible = account.redact(is_valid_utf8(value) ? value : std::string());
        header = header.is_string() ? header.get<std::string>() + ", " + visible : visible;
    }
    if (is_valid_utf8(reply.body)) {
        answer["body"] = account.redact(reply.body);
    } else {
        answer["body_base64"] = to_base64(as_bytes(reply.body));
    }
    return answer.dump();
}

}  // namespace

Result<std::string> send_for_plugin(
    HttpGateway& gateway,
    const Clock& clock,
    const Account& account,
    const CallState* call,
    std::string_view request_text
) {
    const auto request = TRY(parse_request(request_text));
    HttpCall http;
    http.method = request.at("method");
    http.url = request.at("url");
    http.body = request.value("body", "");
    TRY(check_target(account, http.url, http.body));
    http.headers = TRY(read_headers(account, request));
    http.timeout = TRY(time_left(clock, call, request));
    http.wants_private_net = account.permissions().private_net;
    http.cancelled = [call] { return call != nullptr && call->cancelled(); };
    if (http.cancelled()) {
        return fail(ErrorCode::Cancelled, "The call was cancelled.");
    }
    auto reply = gateway.send(http);
    if (!reply) {
        auto error = std::move(reply).error();
        error.message = account.redact(error.message);
        return tl::unexpected(std::move(error));
    }
    return encode(account, *reply);
}

}  // namespace hostelry::plugin_host
