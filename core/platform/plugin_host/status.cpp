#include "core/platform/plugin_host/status.h"

#include "core/platform/plugin_host/json_schema.h"
#include "core/platform/plugin_host/schemas.h"

#include "hostelry/abi.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace hostelry::plugin_host {

namespace {

using nlohmann::json;

struct StatusRow {
    std::int32_t value;
    std::string_view word;
    std::string_view code;
};

#define HOSTELRY_STATUS_ROW(name, value, word, code, retry) StatusRow{value, word, code},
constexpr std::array kStatuses{HOSTELRY_STATUS_LIST(HOSTELRY_STATUS_ROW)};
#undef HOSTELRY_STATUS_ROW

const StatusRow& row(std::int32_t status) {
    const auto* found = std::find_if(kStatuses.begin(), kStatuses.end(), [&](const StatusRow& one) {
        return one.value == status;
    });
    return found == kStatuses.end() ? kStatuses[HOSTELRY_INTERNAL] : *found;
}

const JsonSchema& problem_rules() {
    static const auto kRules =
        JsonSchema::compile(json::parse(schema_text("problem")), nullptr).value();
    return kRules;
}

std::string message_without_reason(ErrorCode code) {
    return code == ErrorCode::Internal ? "A plugin failed." : "A plugin gave no reason.";
}

}  // namespace

std::string_view status_word(std::int32_t status) {
    return row(status).word;
}

ErrorCode error_code(std::int32_t status) {
    return code_from_name(row(status).code);
}

std::int32_t status_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::Forbidden:
        case ErrorCode::Invalid:
            return HOSTELRY_INVALID;
        case ErrorCode::NotFound:
            return HOSTELRY_NOT_FOUND;
        case ErrorCode::QuotaExceeded:
            return HOSTELRY_QUOTA;
        case ErrorCode::RateLimited:
            return HOSTELRY_RATE_LIMITED;
        case ErrorCode::Unavailable:
        case ErrorCode::ProviderUnavailable:
            return HOSTELRY_TRANSIENT;
        case ErrorCode::ProviderRefused:
            return HOSTELRY_PERMANENT;
        case ErrorCode::Timeout:
            return HOSTELRY_DEADLINE;
        case ErrorCode::Cancelled:
            return HOSTELRY_CANCELLED;
        case ErrorCode::Unsupported:
            return HOSTELRY_UNSUPPORTED;
        case ErrorCode::Conflict:
            return HOSTELRY_CONFLICT;
        case ErrorCode::Unauthenticated:
        case ErrorCode::Internal:
            return HOSTELRY_INTERNAL;
    }
    return HOSTELRY_INTERNAL;
}

Error to_error(std::int32_t status, std::string_view problem, std::string_view source) {
    Error error;
    error.code = error_code(status);
    error.cause = fmt::format("{}: {}", source, status_word(status));
    const auto document = json::parse(problem, nullptr, false);
    if (document.is_discarded() || !problem_rules().violations(document).empty()) {
        error.message = message_without_reason(error.code);
        error.cause += " without a proper problem object";
        return error;
    }
    error.message = document.at("message");
    if (const auto code = document.value("upstream_code", ""); !code.empty()) {
        error.cause += " (" + code + ")";
    }
    if (const auto field = document.value("field", ""); !field.empty()) {
        error.fields.push_back({field, error.message});
    }
    if (document.contains("retry_after_ms")) {
        error.retry_after =
            std::chrono::milliseconds(document.at("retry_after_ms").get<std::int64_t>());
    }
    error.maybe_applied = document.value("maybe_applied", false);
    // What a plugin says about its own bug is for the log; a person gets one honest sentence.
    if (error.code == ErrorCode::Internal) {
        error.cause += ": " + error.message;
        error.message = "A plugin failed.";
    }
    return error;
}

std::string to_problem(const Error& error) {
    json problem{{"message", error.message}};
    if (!error.fields.empty()) {
        problem["field"] = error.fields.front().field;
    }
    if (error.retry_after) {
        problem["retry_after_ms"] = error.retry_after->count();
    }
    if (error.maybe_applied) {
        problem["maybe_applied"] = true;
    }
    return problem.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace hostelry::plugin_host
