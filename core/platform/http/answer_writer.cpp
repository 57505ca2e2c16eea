#include "core/platform/http/answer_writer.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <ctime>

namespace hostelry::http {
namespace {

bool may_have_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

std::uint64_t body_bytes(const Response& response) {
    if (response.producer) {
        return response.producer_length.value_or(0);
    }
    return response.shared_body ? response.shared_body->size() : response.body.size();
}

}  // namespace

const std::string& http_date() {
    thread_local std::time_t second = 0;
    thread_local std::string text;
    if (const auto now = std::time(nullptr); now != second) {
        second = now;
        text = Poco::DateTimeFormatter::format(
            Poco::Timestamp::fromEpochTime(now), Poco::DateTimeFormat::HTTP_FORMAT
        );
    }
    return text;
}

Framing framing_of(const Response& response, Method method, bool is_http_1_0) {
    if (!may_have_body(response.status)) {
        return Framing::None;
    }
    if (response.events) {
        return method == Method::Head ? Framing::None : Framing::UntilClose;
    }
    if (response.producer && !response.producer_length) {
        return is_http_1_0 ? Framing::UntilClose : Framing::Chunked;
    }
    return Framing::Length;
}

void append_head(std::string& out, const Answer& answer, Framing framing, Keep keep) {
    const auto& response = answer.response;
    out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
    out.append(reason_phrase(response.status)).append("\r\nDate: ").append(http_date());
    out.append("\r\n");
    if (!response.content_type.empty()) {
        out.append("Content-Type: ").append(response.content_type).append("\r\n");
    }
    if (framing == Framing::Length) {
        out.append("Content-Length: ").append(std::to_string(body_bytes(response))).append("\r\n");
    } else if (framing == Framing::Chunked) {
        out.append("Transfer-Encoding: chunked\r\n");
    }
    for (const auto& [name, value] : response.headers) {
        out.append(name).append(": ").append(value).append("\r\n");
    }
    out.append(answer.fixed_headers);
    if (keep == Keep::Close) {
        out.append("Connection: close\r\n");
    }
    out.append("\r\n");
}

}  // namespace hostelry::http
