#pragma once
// A request as a handler sees it (complete, checked, decoded) and the answer it gives.

#include "core/base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hostelry::http {

enum class Method : std::uint8_t { Get, Head, Post, Put, Patch, Delete };
inline constexpr std::size_t kMethods = 6;

std::string_view method_name(Method method);
std::optional<Method> method_from_name(std::string_view name);
/// GET and HEAD change nothing.
bool is_safe(Method method);

/// Decoded name and value pairs in the order they were sent; a name may repeat.
using FormPairs = std::vector<std::pair<std::string, std::string>>;

/// Header fields in one buffer. Names are kept in lower case.
class HeaderList {
public:
    HeaderList() { entries_.reserve(12); }

    void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
    void add(std::string_view name, std::string_view value);
    /// The first field of that name. The view lives until the list is changed or destroyed.
    std::optional<std::string_view> find(std::string_view lower_name) const;
    std::size_t size() const { return entries_.size(); }
    std::pair<std::string_view, std::string_view> at(std::size_t index) const;

private:
    struct Entry {
        std::uint32_t name_at;
        std::uint32_t name_size;
        std::uint32_t value_at;
        std::uint32_t value_size;
    };
    std::string bytes_;
    std::vector<Entry> entries_;
};

/// One complete request. Views it hands out live as long as it does. Tests may fill the members by
/// hand.
struct Request {
    Method method = Method::Get;
    std::string path = "/";  ///< Decoded once and normalised; no dot segments, no empty ones.
    std::string raw_query;   ///< Without the question mark, still encoded.
    HeaderList headers;
    std::string_view body;  ///< All of it; large bodies are mapped from a spool file.
    std::shared_ptr<const void> body_owner;
    std::string client_address;  ///< Of the socket, or what a trusted proxy said.
    std::string request_id;
    bool is_tls = false;  ///< Our own TLS, or a trusted proxy said https.
    std::vector<std::pair<std::string_view, std::string>>
        params;  ///< {name} parts of the route's path.

    std::optional<std::string_view> header(std::string_view lower_name) const;
    /// The first value of that name in the query; nothing when it is absent or wrongly encoded.
    std::optional<std::string> query(std::string_view name) const;
    const FormPairs& query_pairs() const;
    std::optional<std::string> cookie(std::string_view name) const;
    /// Pairs of an application/x-www-form-urlencoded body; empty for other bodies. The dispatcher
    /// has already refused a body that cannot be decoded.
    const FormPairs& form() const;
    /// The first value of that name in the form, or an empty text.
    std::string form_value(std::string_view name) const;
    /// Throws std::logic_error for a name the route does not have: a bug, not input.
    const std::string& param(std::string_view name) const;

    bool is_form() const;
    bool is_json() const;
    bool is_api() const;  ///< The path is below /api/.
    bool is_htmx() const;
    bool wants_json() const;

    void set_body(std::string bytes);

private:
    mutable std::optional<FormPairs> form_;
    mutable std::optional<FormPairs> query_;
};

struct Cookie {
    enum class SameSite { Lax, Strict };

    std::string name;  ///< Begin it with "__Host-": Secure and Path=/ are always set.
    std::string value;
    std::optional<std::chrono::seconds>
        max_age;  ///< Without: until the browser closes. Zero deletes.
    bool http_only = true;
    SameSite same_site = SameSite::Lax;
};

/// Asked for the next piece of a long body, at most `max` bytes; an empty piece is the end. Runs on
/// a worker thread, never twice at once. An error cuts the connection, so that the reader sees a
/// broken answer.
using BodyProducer = std::function<Result<std::string>(std::size_t max)>;

/// A subscription to server-sent events, the answer of GET /events.
struct EventSubscription {
    std::vector<std::string> topics;  ///< Already authorised by the handler.
    std::string session_key;          ///< Ends with that session.
    std::optional<std::string> last_event_id;
};

struct Response {
    int status = 200;
    std::string content_type;  ///< Complete, with charset where there is one. Empty: no body.
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;  ///< Filled by set_header only.

    // Instead of `body`, at most one of:
    std::shared_ptr<const std::string> shared_body;
    BodyProducer producer;
    std::optional<std::uint64_t> producer_length;  ///< Without: chunked.
    std::shared_ptr<EventSubscription> events;

    bool close = false;        ///< Close the connection after this answer.
    bool cacheable = false;    ///< The handler set Cache-Control itself; otherwise it is no-store.
    bool sandbox = false;      ///< Adds "sandbox" to the policy: downloads and JSON.
    bool no_referrer = false;  ///< Pages whose address is a secret (reset, setup).
    std::string error_cause;   ///< For the access log only.

    /// Replaces a field of that name. Throws std::invalid_argument on a control byte or a bad name,
    /// so that a value can never split the answer.
    Response& set_header(std::string_view name, std::string_view value);
    Response& set_cookie(const Cookie& cookie);
    /// Removes the cookie from the browser.
    Response& clear_cookie(std::string_view name);
    std::optional<std::string_view> header(std::string_view name) const;

    std::optional<Error> failure;  ///< See failed().

    static Response html(std::string markup, int status = 200);
    static Response text(std::string text, int status = 200);
    static Response json(const nlohmann::json& value, int status = 200);
    static Response no_content();
    /// 303. `path` must be an own path ("/sites"); anything else throws std::invalid_argument.
    static Response see_other(std::string_view path);
    /// For requests by HTMX: 204 with HX-Redirect, otherwise 303.
    static Response go_to(const Request& request, std::string_view path);
    /// An error for whoever asked: the dispatcher makes the error page, or the problem document for
    /// requests below /api/ and those that want JSON.
    static Response failed(Error error);
    /// RFC 9457 problem document. Without a status the error's own.
    static Response problem(const Error& error, std::string_view request_id, int status = 0);
    /// Streams a regular file; NotFound when it is not one. `download_name` makes it an attachment.
    static Result<Response> file(
        const std::string& path, std::string content_type, std::string_view download_name = {}
    );
    static Response stream(
        std::string content_type, BodyProducer producer, std::optional<std::uint64_t> length = {}
    );
    static Response event_stream(EventSubscription subscription);
};

std::string_view reason_phrase(int status);

}  // namespace hostelry::http
