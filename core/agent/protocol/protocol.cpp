#include "core/agent/protocol/protocol.h"

#include "core/base/bytes.h"
#include "core/base/describe.h"
#include "core/base/strict_json.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <array>

using nlohmann::json;

namespace hostelry::agent {
namespace {

constexpr std::int64_t kShort = 200;
constexpr std::int64_t kMessageMax = 4096;
constexpr std::int64_t kPemMax = 64_KiB;
constexpr std::size_t kHeaderBytes = 4;

Field required_text(Field field, std::int64_t max) {
    field.facts.required = true;
    field.facts.min = 1;
    field.facts.max = max;
    field.facts.kind = Kind::Multiline;
    return field;
}

Field free_text(Field field, std::int64_t max) {
    field.facts.max = max;
    field.facts.kind = Kind::Multiline;
    return field;
}

}  // namespace

// Descriptions without the members that hold JSON of their own; those are handled by `Raw` below.
}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::Hello>() {
    using hostelry::agent::Hello;
    static const Description kDescription{
        "Hello",
        {field<&Hello::protocol>("protocol", {.required = true, .min = 1, .max = 1000}),
         agent::required_text(field<&Hello::server_id>("server_id"), agent::kShort),
         agent::required_text(field<&Hello::agent_version>("agent_version"), agent::kShort),
         agent::free_text(field<&Hello::boot_id>("boot_id"), agent::kShort)}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::Welcome>() {
    using hostelry::agent::Welcome;
    static const Description kDescription{
        "Welcome",
        {field<&Welcome::protocol>("protocol", {.required = true, .min = 1, .max = 1000}),
         field<&Welcome::heartbeat_seconds>(
             "heartbeat_seconds", {.required = true, .min = 1, .max = 60}
         )}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::PlanOrder>() {
    using hostelry::agent::PlanOrder;
    static const Description kDescription{
        "PlanOrder",
        {field<&PlanOrder::timeout_seconds>(
            "timeout_seconds", {.required = true, .min = 1, .max = std::int64_t{24} * 3600}
        )}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::Progress>() {
    using hostelry::agent::Progress;
    static const Description kDescription{
        "Progress",
        {agent::required_text(field<&Progress::plan>("plan"), agent::kShort),
         agent::required_text(field<&Progress::action>("action"), agent::kShort),
         agent::required_text(field<&Progress::status>("status"), agent::kShort),
         agent::free_text(field<&Progress::message>("message"), agent::kMessageMax)}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::PlanResult>() {
    using hostelry::agent::PlanResult;
    static const Description kDescription{
        "PlanResult", {agent::required_text(field<&PlanResult::plan>("plan"), agent::kShort)}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::Heartbeat>() {
    using hostelry::agent::Heartbeat;
    static const Description kDescription{
        "Heartbeat", {field<&Heartbeat::sample>("sample", {.required = true})}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::Ping>() {
    using hostelry::agent::Ping;
    static const Description kDescription{"Ping", {field<&Ping::number>("number")}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::Pong>() {
    using hostelry::agent::Pong;
    static const Description kDescription{"Pong", {field<&Pong::number>("number")}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::Enrol>() {
    using hostelry::agent::Enrol;
    static const Description kDescription{
        "Enrol",
        {field<&Enrol::protocol>("protocol", {.required = true, .min = 1, .max = 1000}),
         agent::required_text(field<&Enrol::server_id>("server_id"), agent::kShort),
         agent::required_text(field<&Enrol::token>("token"), agent::kShort),
         agent::required_text(field<&Enrol::csr_pem>("csr_pem"), agent::kPemMax)}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::Enrolled>() {
    using hostelry::agent::Enrolled;
    static const Description kDescription{
        "Enrolled",
        {agent::required_text(field<&Enrolled::certificate_pem>("certificate_pem"), agent::kPemMax),
         agent::required_text(field<&Enrolled::ca_pem>("ca_pem"), agent::kPemMax)}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::Renew>() {
    using hostelry::agent::Renew;
    static const Description kDescription{
        "Renew", {agent::required_text(field<&Renew::csr_pem>("csr_pem"), agent::kPemMax)}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::Renewed>() {
    using hostelry::agent::Renewed;
    static const Description kDescription{
        "Renewed",
        {agent::required_text(field<&Renewed::certificate_pem>("certificate_pem"), agent::kPemMax),
         agent::required_text(field<&Renewed::ca_pem>("ca_pem"), agent::kPemMax)}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::Bye>() {
    using hostelry::agent::Bye;
    static const Description kDescription{
        "Bye",
        {agent::required_text(field<&Bye::code>("code"), agent::kShort),
         agent::free_text(field<&Bye::message>("message"), agent::kMessageMax)}};
    return kDescription;
}

namespace hostelry::agent {
namespace {

// A member that carries a JSON object verbatim; its content is checked by whoever reads it.
template <class T>
struct Raw {
    static constexpr const char* kName = nullptr;
};
template <>
struct Raw<Hello> {
    static constexpr const char* kName = "facts";
    static std::string& of(Hello& message) { return message.facts; }
};
template <>
struct Raw<PlanOrder> {
    static constexpr const char* kName = "plan";
    static std::string& of(PlanOrder& message) { return message.plan; }
};
template <>
struct Raw<PlanResult> {
    static constexpr const char* kName = "result";
    static std::string& of(PlanResult& message) { return message.result; }
};

constexpr std::array<std::string_view, std::variant_size_v<Message>> kTypes{
    "hello",
    "welcome",
    "plan",
    "progress",
    "result",
    "heartbeat",
    "ping",
    "pong",
    "enrol",
    "enrolled",
    "renew",
    "renewed",
    "bye"};

tl::unexpected<Error> protocol_error(std::string cause) {
    return fail(
        ErrorCode::Invalid, "The other side does not speak the agent protocol.", std::move(cause)
    );
}

template <class T>
Result<json> body_of(T message) {
    json body = encode(describe<T>(), &message);
    if constexpr (Raw<T>::kName != nullptr) {
        const auto& text = Raw<T>::of(message);
        auto parsed = TRY(parse_strict_json(text.empty() ? "{}" : text));
        if (!parsed.is_object()) {
            return fail(ErrorCode::Internal, "A frame needs a JSON object here.", Raw<T>::kName);
        }
        body[Raw<T>::kName] = std::move(parsed);
    }
    return body;
}

template <class T>
Result<Message> message_of(json& body) {
    T message;
    if constexpr (Raw<T>::kName != nullptr) {
        const auto raw = body.find(Raw<T>::kName);
        if (raw == body.end() || !raw->is_object()) {
            return protocol_error(std::string("no object named ") + Raw<T>::kName);
        }
        Raw<T>::of(message) = raw->dump();
        body.erase(raw);
    }
    const auto errors = decode(describe<T>(), body, &message);
    if (!errors.empty()) {
        return protocol_error(errors.front().field + ": " + errors.front().message);
    }
    return Message{std::move(message)};
}

template <std::size_t... Index>
Result<Message> message_of_type(
    std::string_view type, json& body, std::index_sequence<Index...> /*all*/
) {
    Result<Message> result = protocol_error("unknown message type");
    const bool known =
        ((kTypes[Index] == type &&
          (result = message_of<std::variant_alternative_t<Index, Message>>(body), true)) ||
         ...);
    static_cast<void>(known);
    return result;
}

}  // namespace

std::string_view message_type(const Message& message) {
    return kTypes[message.index()];
}

Result<std::string> FrameWriter::write(const Message& message) {
    auto body = TRY(std::visit([](const auto& typed) { return body_of(typed); }, message));
    body["type"] = message_type(message);
    body["seq"] = next_;
    const std::string text = body.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() > kFrameBytesMax) {
        return fail(ErrorCode::Internal, "The message is too large for one frame.");
    }
    const auto size = static_cast<std::uint32_t>(text.size());
    std::string frame;
    frame.reserve(kHeaderBytes + text.size());
    for (const int shift : {24, 16, 8, 0}) {
        frame.push_back(static_cast<char>(static_cast<unsigned char>(size >> shift)));
    }
    frame += text;
    ++next_;
    return frame;
}

void FrameReader::feed(std::string_view bytes) {
    if (broken_) {
        return;
    }
    if (start_ > 0) {
        buffer_.erase(0, start_);
        start_ = 0;
    }
    buffer_ += bytes;
}

Result<std::optional<Message>> FrameReader::next() {
    if (broken_) {
        return tl::unexpected(*broken_);
    }
    auto message = read_one();
    if (!message) {
        broken_ = message.error();
        buffer_.clear();
        start_ = 0;
    }
    return message;
}

Result<std::optional<Message>> FrameReader::read_one() {
    if (pending_bytes() < kHeaderBytes) {
        return std::nullopt;
    }
    std::size_t size = 0;
    for (std::size_t i = 0; i < kHeaderBytes; ++i) {
        size = size << 8U | static_cast<unsigned char>(buffer_[start_ + i]);
    }
    if (size == 0 || size > kFrameBytesMax) {
        return protocol_error("frame length out of range");
    }
    if (pending_bytes() < kHeaderBytes + size) {
        return std::nullopt;
    }
    auto body =
        TRY(parse_strict_json(std::string_view(buffer_).substr(start_ + kHeaderBytes, size)));
    start_ += kHeaderBytes + size;
    if (!body.is_object()) {
        return protocol_error("frame body is not an object");
    }
    const auto type = body.find("type");
    const auto seq = body.find("seq");
    if (type == body.end() || !type->is_string() || seq == body.end() ||
        !seq->is_number_integer()) {
        return protocol_error("frame without type or seq");
    }
    if (seq->get<std::int64_t>() != expected_) {
        return protocol_error("frame out of sequence");
    }
    const auto type_name = type->get<std::string>();
    body.erase("type");
    body.erase("seq");
    auto message = TRY(
        message_of_type(type_name, body, std::make_index_sequence<std::variant_size_v<Message>>{})
    );
    ++expected_;
    return message;
}

}  // namespace hostelry::agent
