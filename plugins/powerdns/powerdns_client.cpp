#include "powerdns_client.h"

#include <algorithm>

namespace powerdns {

namespace {

using hostelry::plugin::Call;
using hostelry::plugin::Host;
using hostelry::plugin::HttpAnswer;
using hostelry::plugin::HttpRequest;
using hostelry::plugin::Problem;
using nlohmann::json;

constexpr std::size_t kReasonMax = 300;

/// What PowerDNS says about a failure: JSON with "error", or plain text ("Conflict"), or a proxy's
/// page.
std::string reason_of(const HttpAnswer& answer) {
    const auto body = answer.json();
    std::string reason;
    if (body.is_object() && body.contains("error") && body.at("error").is_string()) {
        reason = body.at("error").get<std::string>();
    } else if (body.is_discarded() && answer.body.find('<') == std::string::npos) {
        reason = answer.body;
    }
    reason.resize(std::min(reason.size(), kReasonMax));
    std::replace(reason.begin(), reason.end(), '\n', ' ');
    return reason;
}

std::string sentence(const std::string& start, const std::string& reason) {
    return reason.empty() ? start + "." : start + ": " + reason;
}

bool is_change(const std::string& method) {
    return method != "GET" && method != "HEAD";
}

Problem problem_of(const std::string& method, const HttpAnswer& answer) {
    const auto reason = reason_of(answer);
    const auto code = std::to_string(answer.status);
    const auto make = [&](std::int32_t status, std::string message) {
        return Problem(status, std::move(message)).upstream_code(code);
    };
    switch (answer.status) {
        case 401:
        case 403:
            return make(HOSTELRY_AUTH, "PowerDNS refused the API key.");
        case 404:
            return make(HOSTELRY_NOT_FOUND, sentence("PowerDNS does not have it", reason));
        case 409:
            return make(HOSTELRY_CONFLICT, sentence("PowerDNS has it already", reason));
        case 429:
            return make(HOSTELRY_RATE_LIMITED, "PowerDNS asks for fewer requests.");
        case 400:
        case 422:
            return make(HOSTELRY_INVALID, sentence("PowerDNS did not accept it", reason));
        default:
            break;
    }
    if (answer.status >= 500) {
        return make(HOSTELRY_TRANSIENT, sentence("PowerDNS failed (HTTP " + code + ")", reason))
            .maybe_applied(is_change(method));
    }
    return make(HOSTELRY_PERMANENT, sentence("PowerDNS answered HTTP " + code, reason));
}

std::string without_trailing_slash(std::string url) {
    while (url.ends_with('/')) {
        url.pop_back();
    }
    return url;
}

}  // namespace

PowerdnsClient::PowerdnsClient(Host host, const Settings& settings)
    : host_(host),
      root_(without_trailing_slash(settings.base_url) + "/api/v1/servers/" + settings.server_id) {}

json PowerdnsClient::get(const Call& call, const std::string& path) const {
    return send(call, "GET", path, std::nullopt);
}

json PowerdnsClient::post(const Call& call, const std::string& path, const json& body) const {
    return send(call, "POST", path, body);
}

json PowerdnsClient::put(const Call& call, const std::string& path, const json& body) const {
    return send(call, "PUT", path, body);
}

void PowerdnsClient::patch(const Call& call, const std::string& path, const json& body) const {
    send(call, "PATCH", path, body);
}

void PowerdnsClient::remove(const Call& call, const std::string& path) const {
    send(call, "DELETE", path, std::nullopt);
}

json PowerdnsClient::send(
    const Call& call,
    const std::string& method,
    const std::string& path,
    const std::optional<json>& body
) const {
    HttpRequest request;
    request.method = method;
    request.url = root_ + path;
    request.headers = {{"X-API-Key", "{{secret:api_key}}"}, {"Accept", "application/json"}};
    if (body && !body->is_null()) {
        request.headers["Content-Type"] = "application/json";
        request.body = body->dump();
    }
    const auto answer = host_.send(call, request);
    if (answer.status < 200 || answer.status > 299) {
        throw problem_of(method, answer);
    }
    if (answer.body.empty()) {
        return nullptr;
    }
    auto json_body = answer.json();
    if (json_body.is_discarded()) {
        throw Problem(
            HOSTELRY_TRANSIENT, "What answered is not PowerDNS, or its answer was cut short."
        )
            .maybe_applied(is_change(method));
    }
    return json_body;
}

}  // namespace powerdns
