#include "tests/integration/plugin_host/described_api.h"

#include "core/base/text.h"
#include "core/platform/plugin_host/json_schema.h"

#include <fstream>

namespace hostelry::plugin_host {

namespace {

using nlohmann::json;

bool matches(const std::string& pattern, const std::string& path) {
    const auto wanted = split(pattern, '/');
    const auto given = split(path, '/');
    if (wanted.size() != given.size()) {
        return false;
    }
    for (std::size_t index = 0; index < wanted.size(); ++index) {
        if (!wanted[index].starts_with('{') && wanted[index] != given[index]) {
            return false;
        }
    }
    return true;
}

/// References as a draft 7 schema has them.
json rebased(const json& schema) {
    auto text = schema.dump();
    const std::string from = "#/components/schemas/";
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
        text.replace(at, from.size(), "#/definitions/");
    }
    return json::parse(text);
}

std::string body_problem(const json& operation, const json& components, const std::string& text) {
    const auto body = json::parse(text, nullptr, false);
    if (body.is_discarded()) {
        return "the body is not JSON";
    }
    const json::json_pointer where("/requestBody/content/application~1json/schema");
    if (!operation.contains(where)) {
        return "no body is described";
    }
    auto definitions = rebased(components);
    // The description says of "ttl" that it must not be sent with DELETE, and requires it all the
    // same.
    definitions["RRSet"]["required"] = {"name", "type", "records"};
    const auto schema = JsonSchema::compile(rebased(operation.at(where)), definitions);
    if (!schema) {
        return "schema: " + schema.error().message + schema.error().cause;
    }
    const auto errors = schema->violations(body);
    return errors.empty() ? "" : errors.front().field + ": " + errors.front().message;
}

}  // namespace

std::optional<DescribedApi> DescribedApi::read(const std::string& vendor) {
    std::ifstream file(
        std::string(HOSTELRY_TEST_SOURCE) + "/../shared/vendor-apis/" + vendor + ".json"
    );
    if (!file) {
        return std::nullopt;
    }
    DescribedApi api;
    api.description_ = json::parse(file);
    return api;
}

std::string DescribedApi::problem_with(const HttpCall& call, const std::string& prefix) const {
    if (!call.url.starts_with(prefix)) {
        return "another address: " + call.url;
    }
    const auto path = call.url.substr(prefix.size(), call.url.find('?') - prefix.size());
    for (const auto& [pattern, operations] : description_.at("paths").items()) {
        if (!matches(pattern, path)) {
            continue;
        }
        const auto method = lower_ascii(call.method);
        if (!operations.contains(method)) {
            return call.method + " is not described for " + pattern;
        }
        const auto& operation = operations.at(method);
        if (call.body.empty()) {
            const bool needs_body =
                operation.value("requestBody", json::object()).value("required", false);
            return needs_body ? "a body is missing" : "";
        }
        return body_problem(operation, description_.at("components").at("schemas"), call.body);
    }
    return "no such path: " + path;
}

}  // namespace hostelry::plugin_host
