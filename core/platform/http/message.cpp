#include "core/platform/http/message.h"

#include "core/base/text.h"
#include "core/platform/http/cookies.h"
#include "core/platform/http/url.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace hostelry::http {
namespace {

constexpr std::array<std::string_view, kMethods> kMethodNames{
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};

bool is_header_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_';
    });
}

bool same_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() && lower_ascii(a) == lower_ascii(b);
}

std::optional<std::string> first_value(const FormPairs& pairs, std::string_view name) {
    const auto found = std::find_if(pairs.begin(), pairs.end(), [name](const auto& pair) {
        return pair.first == name;
    });
    return found == pairs.end() ? std::nullopt : std::optional{found->second};
}

/// The media type without its parameters.
std::string media_type(const Request& request) {
    const auto value = request.header("content-type").value_or("");
    return lower_ascii(trim(value.substr(0, value.find(';'))));
}

/// An open file that the producer of an answer reads piece by piece.
class FileReader {
public:
    explicit FileReader(int fd) : fd_(fd) {}
    ~FileReader() { ::close(fd_); }
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;

    Result<std::string> next(std::size_t max) const {
        std::string piece(max, '\0');
        const auto got = ::read(fd_, piece.data(), piece.size());
        if (got < 0) {
            return fail(ErrorCode::Internal, "A file could not be read.", "read failed");
        }
        piece.resize(static_cast<std::size_t>(got));
        return piece;
    }

private:
    int fd_;
};

/// RFC 6266 with the ASCII fallback and the UTF-8 form of RFC 8187.
std::string attachment(std::string_view name) {
    std::string plain;
    for (const char c : name) {
        const bool safe = c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '/';
        plain += safe ? c : '_';
    }
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + percent_encode(name);
}

}  // namespace

std::string_view method_name(Method method) {
    return kMethodNames[static_cast<std::size_t>(method)];
}

std::optional<Method> method_from_name(std::string_view name) {
    for (std::size_t i = 0; i < kMethodNames.size(); ++i) {
        if (kMethodNames[i] == name) {
            return static_cast<Method>(i);
        }
    }
    return std::nullopt;
}

bool is_safe(Method method) {
    return method == Method::Get || method == Method::Head;
}

void HeaderList::add(std::string_view name, std::string_view value) {
    Entry entry{};
    entry.name_at = static_cast<std::uint32_t>(bytes_.size());
    entry.name_size = static_cast<std::uint32_t>(name.size());
    for (const char c : name) {
        bytes_ += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    }
    entry.value_at = static_cast<std::uint32_t>(bytes_.size());
    entry.value_size = static_cast<std::uint32_t>(value.size());
    bytes_.append(value);
    entries_.push_back(entry);
}

std::optional<std::string_view> HeaderList::find(std::string_view lower_name) const {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const auto [name, value] = at(i);
        if (name == lower_name) {
            return value;
        }
    }
    return std::nullopt;
}

std::pair<std::string_view, std::string_view> HeaderList::at(std::size_t index) const {
    const auto& entry = entries_[index];
    const std::string_view all = bytes_;
    return {
        all.substr(entry.name_at, entry.name_size), all.substr(entry.value_at, entry.value_size)};
}

std::optional<std::string_view> Request::header(std::string_view lower_name) const {
    return headers.find(lower_name);
}

const FormPairs& Request::query_pairs() const {
    if (!query_) {
        query_ = decode_pairs(raw_query).value_or(FormPairs{});
    }
    return *query_;
}

std::optional<std::string> Request::query(std::string_view name) const {
    return first_value(query_pairs(), name);
}

std::optional<std::string> Request::cookie(std::string_view name) const {
    const auto cookies = header("cookie");
    return cookies ? find_cookie(*cookies, name) : std::nullopt;
}

const FormPairs& Request::form() const {
    if (!form_) {
        form_ = is_form() ? decode_pairs(body).value_or(FormPairs{}) : FormPairs{};
    }
    return *form_;
}

std::string Request::form_value(std::string_view name) const {
    return first_value(form(), name).value_or("");
}

const std::string& Request::param(std::string_view name) const {
    for (const auto& [param_name, value] : params) {
        if (param_name == name) {
            return value;
        }
    }
    throw std::logic_error("The route has no parameter \"" + std::string(name) + "\".");
}

bool Request::is_form() const {
    return media_type(*this) == "application/x-www-form-urlencoded";
}

bool Request::is_json() const {
    return media_type(*this) == "application/json";
}

bool Request::is_api() const {
    return path.starts_with("/api/");
}

bool Request::is_htmx() const {
    return header("hx-request") == "true";
}

bool Request::wants_json() const {
    if (is_api()) {
        return true;
    }
    const auto accept = header("accept").value_or("");
    return accept.find("application/json") != std::string_view::npos &&
           accept.find("text/html") == std::string_view::npos;
}

void Request::set_body(std::string bytes) {
    auto owner = std::make_shared<const std::string>(std::move(bytes));
    body = *owner;
    body_owner = std::move(owner);
    form_.reset();
}

Response& Response::set_header(std::string_view name, std::string_view value) {
    if (!is_header_name(name) || has_control_bytes(value)) {
        throw std::invalid_argument("A header field holds a character that could split the answer."
        );
    }
    for (auto& [known, old_value] : headers) {
        if (same_name(known, name)) {
            old_value = value;
            return *this;
        }
    }
    headers.emplace_back(name, value);
    if (same_name(name, "cache-control")) {
        cacheable = true;
    }
    return *this;
}

Response& Response::set_cookie(const Cookie& cookie) {
    // Several Set-Cookie fields are allowed, so this one is appended, not replaced.
    headers.emplace_back("Set-Cookie", format_cookie(cookie));
    return *this;
}

Response& Response::clear_cookie(std::string_view name) {
    return set_cookie({.name = std::string(name), .value = "", .max_age = std::chrono::seconds{0}});
}

std::optional<std::string_view> Response::header(std::string_view name) const {
    for (const auto& [known, value] : headers) {
        if (same_name(known, name)) {
            return value;
        }
    }
    return std::nullopt;
}

Response Response::html(std::string markup, int status) {
    Response response;
    response.status = status;
    response.content_type = "text/html; charset=utf-8";
    response.body = std::move(markup);
    return response;
}

Response Response::text(std::string text, int status) {
    Response response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(text);
    return response;
}

Response Response::json(const nlohmann::json& value, int status) {
    Response response;
    response.status = status;
    response.content_type = "application/json; charset=utf-8";
    // What a server or provider sent may be no UTF-8: replaced, not thrown.
    response.body = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    response.sandbox = true;
    return response;
}

Response Response::no_content() {
    Response response;
    response.status = 204;
    return response;
}

Response Response::see_other(std::string_view path) {
    if (!is_own_path(path)) {
        throw std::invalid_argument("A redirect may only lead to an own path.");
    }
    Response response;
    response.status = 303;
    response.set_header("Location", path);
    return response;
}

Response Response::go_to(const Request& request, std::string_view path) {
    if (!request.is_htmx()) {
        return see_other(path);
    }
    if (!is_own_path(path)) {
        throw std::invalid_argument("A redirect may only lead to an own path.");
    }
    auto response = no_content();
    response.set_header("HX-Redirect", path);
    return response;
}

Response Response::failed(Error error) {
    Response response;
    response.status = http_status(error.code);
    response.failure = std::move(error);
    return response;
}

Response Response::problem(const Error& error, std::string_view request_id, int status) {
    status = status == 0 ? http_status(error.code) : status;
    nlohmann::json document{
        {"type", "about:blank"},
        {"title", reason_phrase(status)},
        {"status", status},
        {"code", code_name(error.code)},
        {"detail", error.message},
        {"request_id", request_id},
    };
    if (!error.fields.empty()) {
        auto& errors = document["errors"] = nlohmann::json::array();
        for (const auto& field : error.fields) {
            errors.push_back({{"field", field.field}, {"message", field.message}});
        }
    }
    auto response = json(document, status);
    response.content_type = "application/problem+json; charset=utf-8";
    response.error_cause = error.cause;
    if (error.retry_after) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(*error.retry_after).count();
        response.set_header("Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1)));
    }
    return response;
}

Result<Response> Response::file(
    const std::string& path, std::string content_type, std::string_view download_name
) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        return fail(ErrorCode::NotFound, "There is no such file.", "open failed: " + path);
    }
    auto reader = std::make_shared<FileReader>(fd);
    struct stat facts {};
    if (::fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        return fail(ErrorCode::NotFound, "There is no such file.", "not a regular file: " + path);
    }
    auto response = stream(
        std::move(content_type),
        [reader](std::size_t max) { return reader->next(max); },
        static_cast<std::uint64_t>(facts.st_size)
    );
    if (!download_name.empty()) {
        response.set_header("Content-Disposition", attachment(download_name));
        response.sandbox = true;
    }
    return response;
}

Response Response::stream(
    std::string content_type, BodyProducer producer, std::optional<std::uint64_t> length
) {
    Response response;
    response.content_type = std::move(content_type);
    response.producer = std::move(producer);
    response.producer_length = length;
    return response;
}

Response Response::event_stream(EventSubscription subscription) {
    Response response;
    response.content_type = "text/event-stream; charset=utf-8";
    response.events = std::make_shared<EventSubscription>(std::move(subscription));
    return response;
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 411:
            return "Length Required";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 421:
            return "Misdirected Request";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Status";
    }
}

}  // namespace hostelry::http
