#pragma once
// What a plugin throws when a member cannot answer; the trampolines turn it into a status and a
// problem object.

#include "hostelry/abi.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace hostelry::plugin {

class Problem : public std::exception {
public:
    Problem(std::int32_t status, std::string message)
        : status_(status), message_(std::move(message)) {}

    /// The member of the request at fault, dotted: "options.title".
    Problem&& field(std::string name) && {
        field_ = std::move(name);
        return std::move(*this);
    }
    /// The code the upstream service gave; for the log.
    Problem&& upstream_code(std::string code) && {
        upstream_code_ = std::move(code);
        return std::move(*this);
    }
    Problem&& retry_after_ms(std::int64_t milliseconds) && {
        retry_after_ms_ = milliseconds;
        return std::move(*this);
    }
    /// The request may have been carried out although no answer came.
    Problem&& maybe_applied(bool applied = true) && {
        maybe_applied_ = applied;
        return std::move(*this);
    }

    std::int32_t status() const { return status_; }
    const std::string& message() const { return message_; }
    bool is_maybe_applied() const { return maybe_applied_; }
    const char* what() const noexcept override { return message_.c_str(); }

    nlohmann::json to_json() const {
        nlohmann::json json{{"message", message_}};
        if (!field_.empty()) {
            json["field"] = field_;
        }
        if (!upstream_code_.empty()) {
            json["upstream_code"] = upstream_code_;
        }
        if (retry_after_ms_) {
            json["retry_after_ms"] = *retry_after_ms_;
        }
        if (maybe_applied_) {
            json["maybe_applied"] = true;
        }
        return json;
    }

    /// Reads a problem object that a host table wrote.
    static Problem from_json(std::int32_t status, const std::string& text) {
        const auto json = nlohmann::json::parse(text, nullptr, false);
        if (!json.is_object()) {
            return {status, "The host gave no reason."};
        }
        Problem problem(status, json.value("message", std::string("The host gave no reason.")));
        problem.field_ = json.value("field", std::string());
        problem.upstream_code_ = json.value("upstream_code", std::string());
        problem.maybe_applied_ = json.value("maybe_applied", false);
        if (const auto found = json.find("retry_after_ms");
            found != json.end() && found->is_number_integer()) {
            problem.retry_after_ms_ = found->get<std::int64_t>();
        }
        return problem;
    }

private:
    std::int32_t status_;
    std::string message_;
    std::string field_;
    std::string upstream_code_;
    std::optional<std::int64_t> retry_after_ms_;
    bool maybe_applied_ = false;
};

inline Problem invalid(std::string field, std::string message) {
    return Problem(HOSTELRY_INVALID, std::move(message)).field(std::move(field));
}

}  // namespace hostelry::plugin
