#include "core/features/servers/agent_session.h"

#include "core/agent/protocol/plan.h"
#include "core/base/bytes.h"
#include "core/base/text.h"
#include "core/platform/log/log.h"

#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace hostelry::servers {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kHandshakeMax{10};
constexpr seconds kFirstFrameMax{20};
constexpr seconds kStatusEvery{4};  // heartbeats that come faster only count as a sign of life
constexpr seconds kLookAnywayEvery{10};
constexpr milliseconds kLastWords{1000};
constexpr std::size_t kStrangerBytesMax = 64_KiB;  // before a certificate has spoken for it
constexpr std::size_t kFactsBytesMax = 256_KiB;
constexpr std::size_t kUnsentMax = 16_MiB;
constexpr std::size_t kReceivedAtOnce = 1_MiB;
constexpr std::size_t kAnswerBytesMax = 1_MiB;
constexpr std::size_t kProgressTextMax = 1000;
constexpr std::size_t kProgressPlansMax = 64;

tl::unexpected<Error> refused(std::string message) {
    return fail(ErrorCode::Forbidden, std::move(message));
}

/// Facts that are no object or too large are worth nothing; the session is.
std::string checked_facts(const std::string& facts) {
    if (facts.size() > kFactsBytesMax) {
        return "{}";
    }
    const auto value = nlohmann::json::parse(facts, nullptr, false);
    return value.is_object() ? value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                             : "{}";
}

}  // namespace

AgentSession::AgentSession(
    const AgentSessionParts& parts,
    std::shared_ptr<const AgentTlsContext> tls,
    int socket,
    std::string peer
)
    : parts_(parts),
      tls_(std::move(tls), socket),
      peer_(std::move(peer)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

AgentSession::~AgentSession() {
    close(wake_);
}

void AgentSession::wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto told = ::write(wake_, &one, sizeof one);
}

void AgentSession::stop() {
    stopping_ = true;
    wake();
}

void AgentSession::run(const std::function<void(ServerId)>& on_admitted) {
    const auto ended = talk(on_admitted);
    if (!ended && ended.error().code == ErrorCode::Forbidden) {
        say_bye("refused", ended.error().message);
        log::warn(
            "servers",
            "an agent was refused",
            {{"peer", peer_}, {"reason", ended.error().message}, {"cause", ended.error().cause}}
        );
    } else if (!ended && ended.error().code == ErrorCode::Invalid) {
        say_bye("protocol", ended.error().message);
        log::warn(
            "servers",
            "an agent broke the protocol",
            {{"peer", peer_}, {"reason", ended.error().message}}
        );
    } else if (!ended && ended.error().code == ErrorCode::Conflict) {
        say_bye("replaced", ended.error().message);
    } else if (!ended && ended.error().code == ErrorCode::Cancelled) {
        say_bye("stopping", "The panel stops.");
    }
    if (admitted_) {
        static_cast<void>(parts_.ledger.release(server_, session_));
        log::info(
            "servers",
            "agent gone",
            {{"server", server_.to_string()}, {"reason", ended ? "" : ended.error().message}}
        );
    }
    drain();
}

Result<void> AgentSession::talk(const std::function<void(ServerId)>& on_admitted) {
    heard_ = parts_.clock.steady();
    TRY(tls_.shake_hands(kHandshakeMax, wake_));
    const auto certificate = TRY(tls_.peer());
    if (!certificate) {
        return enrol_only();
    }
    TRY(greet(*certificate));
    on_admitted(server_);
    return serve();
}

Result<void> AgentSession::enrol_only() {
    const auto message = TRY(first_message());
    const auto* request = std::get_if<agent::Enrol>(&message);
    if (request == nullptr) {
        return refused("Without a certificate only enrolment is possible.");
    }
    return enrol(*request);
}

Result<void> AgentSession::enrol(const agent::Enrol& request) {
    const auto server = ServerId::parse(request.server_id);
    if (!server || request.protocol != agent::kProtocolVersion) {
        return refused("The enrolment token is not valid for this server.");
    }
    const auto now = parts_.clock.now();
    auto certificate = agent::issue_agent_certificate(
        parts_.ca, request.csr_pem, server->to_string(), now, parts_.certificate_life
    );
    if (!certificate) {
        return refused(certificate.error().message);
    }
    const auto facts = TRY(agent::read_certificate(*certificate));
    const bool enrolled =
        TRY(parts_.ledger.enrol(*server, request.token, facts.fingerprint, facts.not_after));
    if (!enrolled) {
        return refused("The enrolment token is not valid for this server.");
    }
    log::info("servers", "agent enrolled", {{"server", server->to_string()}, {"peer", peer_}});
    return send(agent::Enrolled{*certificate, parts_.ca.certificate_pem});
}

Result<void> AgentSession::greet(const agent::CertificateFacts& certificate) {
    const auto message = TRY(first_message());
    const auto* hello = std::get_if<agent::Hello>(&message);
    if (hello == nullptr) {
        return fail(ErrorCode::Invalid, "A session begins with hello.");
    }
    const auto server = ServerId::parse(certificate.common_name);
    if (!server || hello->server_id != server->to_string()) {
        return refused("The certificate belongs to another server.");
    }
    if (hello->protocol != agent::kProtocolVersion) {
        return refused("This version of the agent is not supported; update it.");
    }
    server_ = *server;
    session_ = new_uuid(parts_.clock, parts_.random);
    const bool admitted = TRY(parts_.ledger.admit(
        {.server = server_,
         .certificate = certificate.fingerprint,
         .session = session_,
         .agent_version = hello->agent_version.substr(0, 100),
         .boot_id = hello->boot_id.substr(0, 100),
         .facts = checked_facts(hello->facts)}
    ));
    if (!admitted) {
        return refused("This certificate is not valid any more.");
    }
    admitted_ = true;
    log::info("servers", "agent connected", {{"server", server_.to_string()}, {"peer", peer_}});
    return send(agent::Welcome{agent::kProtocolVersion, parts_.heartbeat_seconds});
}

Result<agent::Message> AgentSession::first_message() {
    const auto until = parts_.clock.steady() + kFirstFrameMax;
    while (true) {
        reader_.feed(TRY(tls_.read_some()));
        if (!admitted_ && !tls_.peer().value_or(std::nullopt) &&
            reader_.pending_bytes() > kStrangerBytesMax) {
            return fail(ErrorCode::Invalid, "The first frame is too large.");
        }
        auto message = TRY(reader_.next());
        if (message) {
            return *std::move(message);
        }
        if (stopping_) {
            return fail(ErrorCode::Cancelled, "The panel stops.");
        }
        if (parts_.clock.steady() >= until) {
            return fail(ErrorCode::Timeout, "The agent says nothing.");
        }
        TRY(wait(seconds{1}));
    }
}

Result<void> AgentSession::serve() {
    heard_ = parts_.clock.steady();
    TRY(look_for_work());
    while (!stopping_) {
        TRY(turn());
    }
    return fail(ErrorCode::Cancelled, "The panel stops.");
}

Result<void> AgentSession::turn() {
    TRY(flush());
    TRY(wait(seconds{1}));
    TRY(receive());
    std::uint64_t count = 0;
    const bool woken = ::read(wake_, &count, sizeof count) > 0;
    const auto now = parts_.clock.steady();
    if (woken || (look_again_ && unsent_.empty()) || now - looked_ > kLookAnywayEvery) {
        TRY(look_for_work());
    }
    if (now - heard_ > agent::kSilenceMax) {
        return fail(ErrorCode::Timeout, "The agent is silent.");
    }
    return {};
}

Result<void> AgentSession::look_for_work() {
    TRY(flush());
    looked_ = parts_.clock.steady();
    look_again_ = !unsent_.empty();  // one thing after the other, so that nothing piles up here
    while (unsent_.empty()) {
        const auto due = TRY(parts_.ledger.take(server_, session_));
        for (const auto& command : due) {
            TRY(send(agent::PlanOrder{command.plan_json, command.timeout_seconds}));
        }
        TRY(flush());
        if (due.empty()) {
            break;
        }
        look_again_ = !unsent_.empty();
    }
    if (!TRY(parts_.ledger.note_status(server_, session_, ""))) {
        return fail(ErrorCode::Conflict, "Another session took over, or the server was removed.");
    }
    return {};
}

/// Part by part: one that talks without end is no reason to keep what it said in memory, or to
/// forget what it is to be told.
Result<void> AgentSession::receive() {
    for (std::size_t received = 0; received < kReceivedAtOnce;) {
        const auto bytes = TRY(tls_.read_some());
        if (bytes.empty()) {
            break;
        }
        received += bytes.size();
        heard_ = parts_.clock.steady();
        reader_.feed(bytes);
        while (auto message = TRY(reader_.next())) {
            TRY(handle(*message));
        }
    }
    return write_progress();
}

Result<void> AgentSession::handle(const agent::Message& message) {
    if (const auto* heartbeat = std::get_if<agent::Heartbeat>(&message)) {
        return take_heartbeat(*heartbeat);
    }
    if (const auto* ping = std::get_if<agent::Ping>(&message)) {
        return send(agent::Pong{ping->number});
    }
    if (const auto* progress = std::get_if<agent::Progress>(&message)) {
        take_progress(*progress);
        return {};
    }
    if (const auto* result = std::get_if<agent::PlanResult>(&message)) {
        return take_result(*result);
    }
    if (const auto* request = std::get_if<agent::Renew>(&message)) {
        return renew(*request);
    }
    if (const auto* bye = std::get_if<agent::Bye>(&message)) {
        return fail(ErrorCode::Unavailable, "The agent said goodbye: " + bye->code);
    }
    return fail(ErrorCode::Invalid, "An agent does not send this.");
}

Result<void> AgentSession::take_heartbeat(const agent::Heartbeat& heartbeat) {
    const auto now = parts_.clock.steady();
    if (now - status_written_ < kStatusEvery) {
        return {};
    }
    status_written_ = now;
    if (!TRY(parts_.ledger.note_status(server_, session_, to_json_text(heartbeat.sample)))) {
        return fail(ErrorCode::Conflict, "Another session took over, or the server was removed.");
    }
    return {};
}

Result<void> AgentSession::take_result(const agent::PlanResult& result) {
    TRY(write_progress());
    const auto plan = Uuid::parse(result.plan);
    auto outcome = agent::parse_outcome(result.result);
    if (!plan) {
        return {};  // a plan that came to it by another way, or one it could not read
    }
    if (!outcome || outcome->plan != result.plan) {
        return fail(ErrorCode::Invalid, "The result of a plan cannot be read.");
    }
    if (result.result.size() > kAnswerBytesMax) {
        agent::ActionResult refused_answer;
        refused_answer.id = "answer";
        refused_answer.status = agent::Status::Failed;
        refused_answer.message = "The server's answer is too long.";
        refused_answer.code = code_name(ErrorCode::Internal);
        outcome->results = {std::move(refused_answer)};
    }
    // Not written means asked for again by the next session: the agent keeps its results.
    const bool was_open =
        TRY(parts_.ledger.answer(server_, *plan, agent::encode_outcome(*outcome)));
    if (!was_open) {
        log::debug("servers", "an answer nobody waits for", {{"plan", result.plan}});
    }
    return {};
}

void AgentSession::take_progress(const agent::Progress& progress) {
    if (!Uuid::parse(progress.plan) || progress_.size() >= kProgressPlansMax) {
        return;
    }
    const nlohmann::json entry{
        {"id", progress.action.substr(0, 64)},
        {"status", progress.status.substr(0, 20)},
        {"message", progress.message.substr(0, kProgressTextMax)}};
    auto& list = progress_[progress.plan];
    list += list.empty() ? "[" : ",";
    list += entry.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<void> AgentSession::write_progress() {
    for (auto& [plan, list] : std::exchange(progress_, {})) {
        TRY(parts_.ledger.note_progress(server_, *Uuid::parse(plan), list + "]"));
    }
    return {};
}

Result<void> AgentSession::renew(const agent::Renew& request) {
    auto certificate = agent::issue_agent_certificate(
        parts_.ca, request.csr_pem, server_.to_string(), parts_.clock.now(), parts_.certificate_life
    );
    if (!certificate) {
        return fail(ErrorCode::Invalid, certificate.error().message);
    }
    const auto facts = TRY(agent::read_certificate(*certificate));
    if (!TRY(parts_.ledger.renew(server_, session_, facts.fingerprint, facts.not_after))) {
        return fail(ErrorCode::Conflict, "Another session took over, or the server was removed.");
    }
    return send(agent::Renewed{*certificate, parts_.ca.certificate_pem});
}

Result<void> AgentSession::wait(milliseconds patience) {
    const auto outgoing = static_cast<short>(unsent_.empty() ? tls_.wanted_events() : POLLOUT);
    std::array<pollfd, 2> entries{
        {{tls_.descriptor(), static_cast<short>(POLLIN | outgoing), 0}, {wake_, POLLIN, 0}}};
    poll(entries.data(), entries.size(), static_cast<int>(patience.count()));
    return {};
}

Result<void> AgentSession::send(const agent::Message& message) {
    unsent_ += TRY(writer_.write(message));
    if (unsent_.size() > kUnsentMax) {
        return fail(ErrorCode::Unavailable, "The agent takes nothing.");
    }
    return {};
}

Result<void> AgentSession::flush() {
    while (!unsent_.empty()) {
        const auto done = TRY(tls_.write_some(unsent_));
        if (done == 0) {
            break;
        }
        unsent_.erase(0, done);
    }
    return {};
}

void AgentSession::say_bye(std::string code, std::string message) {
    static_cast<void>(send(agent::Bye{std::move(code), std::move(message)}));
}

void AgentSession::drain() {
    const auto until = std::chrono::steady_clock::now() + kLastWords;
    while (!unsent_.empty() && std::chrono::steady_clock::now() < until) {
        if (!flush()) {
            return;
        }
        pollfd entry{tls_.descriptor(), POLLOUT, 0};
        if (!unsent_.empty() && poll(&entry, 1, static_cast<int>(kLastWords.count())) <= 0) {
            return;
        }
    }
    tls_.close_writing();
}

}  // namespace hostelry::servers
