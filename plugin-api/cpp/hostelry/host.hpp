#pragma once
// The host tables behind typed functions. Every failure is a Problem, ready to be thrown on.

#include "hostelry/call.hpp"
#include "hostelry/host_clock.h"
#include "hostelry/host_http.h"
#include "hostelry/host_kv.h"
#include "hostelry/host_log.h"
#include "hostelry/host_secret.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace hostelry::plugin {

struct HttpRequest {
    std::string method = "GET";
    std::string url;
    std::map<std::string, std::string> headers;  ///< A value may hold "{{secret:name}}".
    std::optional<std::string> body;
    std::int64_t timeout_ms = 20'000;
};

struct HttpAnswer {
    int status = 0;
    std::map<std::string, std::string> headers;  ///< Names in lower case.
    std::string body;                            ///< Empty when it was not UTF-8 text.

    /// The body as JSON, or a discarded value: services answer plain text and HTML too.
    nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
};

/// The host on behalf of one account (what create received). Cheap to copy.
class Host {
public:
    Host() = default;
    Host(const hostelry_host* host, void* account) : host_(host), account_(account) {}

    HttpAnswer send(const Call& call, const HttpRequest& request) const {
        const auto* http = table<hostelry_http_v1>("http", 1);
        if (!HOSTELRY_HAS(http, send)) {
            throw Problem(HOSTELRY_UNSUPPORTED, "This panel gives plugins no network.");
        }
        Collector out;
        Collector err;
        const auto out_sink = out.sink();
        const auto err_sink = err.sink();
        const auto text = encode(request);
        const auto status =
            http->send(http->ctx, account_, call.raw(), str(text), &out_sink, &err_sink);
        if (status != HOSTELRY_OK) {
            throw Problem::from_json(status, err.text());
        }
        return decode(out.text());
    }

    bool has_secret(std::string_view name) const {
        const auto* secret = table<hostelry_secret_v1>("secret", 1);
        return HOSTELRY_HAS(secret, has) &&
               secret->has(secret->ctx, account_, str(name)) == HOSTELRY_OK;
    }

    std::optional<std::string> kv_get(std::string_view key) const {
        const auto* kv = kv_table();
        Collector out;
        const auto sink = out.sink();
        const auto status = kv->get(kv->ctx, account_, str(key), &sink);
        if (status == HOSTELRY_NOT_FOUND) {
            return std::nullopt;
        }
        check(status, "The panel's store did not answer.");
        return out.text();
    }
    void kv_put(std::string_view key, std::string_view value) const {
        const auto* kv = kv_table();
        check(kv->put(kv->ctx, account_, str(key), str(value)), "The panel's store took no value.");
    }
    void kv_remove(std::string_view key) const {
        const auto* kv = kv_table();
        check(kv->remove(kv->ctx, account_, str(key)), "The panel's store removed no value.");
    }

    void log(
        const Call& call,
        std::uint32_t level,
        std::string_view message,
        const nlohmann::json& fields = nlohmann::json::object()
    ) const {
        if (const auto* log = table<hostelry_log_v1>("log", 1); HOSTELRY_HAS(log, write)) {
            const auto text = fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
            log->write(log->ctx, account_, call.raw(), level, str(message), str(text));
        }
    }

    std::uint64_t now_unix_ns() const {
        const auto* clock = clock_table();
        return clock->now_unix_ns(clock->ctx);
    }
    std::uint64_t monotonic_ns() const {
        const auto* clock = clock_table();
        return clock->monotonic_ns(clock->ctx);
    }
    /// Waits, or throws DEADLINE or CANCELLED.
    void wait(const Call& call, std::uint64_t nanoseconds) const {
        const auto* clock = clock_table();
        check(clock->wait(clock->ctx, call.raw(), nanoseconds), "The wait was cut short.");
    }

private:
    template <class Table>
    const Table* table(std::string_view name, std::uint32_t revision) const {
        return host_ == nullptr
                   ? nullptr
                   : static_cast<const Table*>(host_->get(host_->ctx, str(name), revision));
    }
    const hostelry_kv_v1* kv_table() const {
        const auto* kv = table<hostelry_kv_v1>("kv", 1);
        if (!HOSTELRY_HAS(kv, remove)) {
            throw Problem(HOSTELRY_UNSUPPORTED, "The manifest asks for no store.");
        }
        return kv;
    }
    const hostelry_clock_v1* clock_table() const {
        const auto* clock = table<hostelry_clock_v1>("clock", 1);
        if (!HOSTELRY_HAS(clock, wait)) {
            throw Problem(HOSTELRY_INTERNAL, "The panel gave no clock.");
        }
        return clock;
    }
    static void check(std::int32_t status, const char* message) {
        if (status != HOSTELRY_OK) {
            throw Problem(status, message);
        }
    }
    static std::string encode(const HttpRequest& request) {
        nlohmann::json json{
            {"method", request.method},
            {"url", request.url},
            {"headers", request.headers},
            {"timeout_ms", request.timeout_ms}};
        if (request.body) {
            json["body"] = *request.body;
        }
        return json.dump();
    }
    static HttpAnswer decode(const std::string& text) {
        const auto json = nlohmann::json::parse(text);
        HttpAnswer answer;
        json.at("status").get_to(answer.status);
        json.at("headers").get_to(answer.headers);
        answer.body = json.value("body", std::string());
        return answer;
    }

    const hostelry_host* host_ = nullptr;
    void* account_ = nullptr;
};

}  // namespace hostelry::plugin
