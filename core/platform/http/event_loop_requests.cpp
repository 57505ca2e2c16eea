// From bytes to a request.
#include "core/base/bytes.h"
#include "core/platform/http/event_loop.h"
#include "core/platform/http/url.h"

#include <algorithm>

namespace hostelry::http {
namespace {

constexpr std::size_t kDropBytesMax = 64_KiB;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

EventLoop::Step EventLoop::step_handshake(Connection& connection) {
    switch (connection.transport->handshake().kind) {
        case IoOutcome::Kind::Bytes:
            connection.phase = Phase::Idle;
            connection.readable = true;
            connection.last_active.store(now_, std::memory_order_relaxed);
            relist(connection, DeadlineClass::Idle);
            return Step::Again;
        case IoOutcome::Kind::WantRead:
        case IoOutcome::Kind::WantWrite:
            return Step::Wait;
        default:
            drop(connection);
            return Step::Gone;
    }
}

EventLoop::Step EventLoop::step_head(Connection& connection) {
    if (connection.phase == Phase::Idle && connection.listed != DeadlineClass::Idle) {
        relist(connection, DeadlineClass::Idle);
    }
    if (!connection.input.empty()) {
        const auto outcome = parse_head(connection.input, connection.scan, head_);
        if (outcome.state == HeadState::Complete) {
            return begin_request(connection);
        }
        if (outcome.state == HeadState::Refused) {
            return refuse(connection, outcome.status, outcome.reason);
        }
        if (connection.phase == Phase::Idle) {
            connection.phase = Phase::Head;
            relist(connection, DeadlineClass::Head);
        }
    }
    return receive(connection);
}

/// Reads once into the input. Again when there are new bytes.
EventLoop::Step EventLoop::receive(Connection& connection) {
    if (!connection.readable) {
        return Step::Wait;
    }
    const auto outcome = connection.transport->read(buffer_.data(), buffer_.size());
    switch (outcome.kind) {
        case IoOutcome::Kind::Bytes:
            connection.input.append(buffer_.data(), outcome.bytes);
            // A short read has drained the socket; the end of the peer is not reported again.
            if (outcome.bytes < buffer_.size() && !connection.hung_up &&
                !connection.transport->buffers_input()) {
                connection.readable = false;
            }
            return Step::Again;
        case IoOutcome::Kind::WantRead:
            connection.readable = false;
            return Step::Wait;
        case IoOutcome::Kind::WantWrite:
            return Step::Wait;
        case IoOutcome::Kind::End:
            connection.readable = false;
            if (connection.phase == Phase::Body) {
                return refuse(connection, 400, "The body is shorter than announced.");
            }
            [[fallthrough]];
        default:
            drop(connection);
            return Step::Gone;
    }
}

EventLoop::Step EventLoop::begin_request(Connection& connection) {
    connection.work = std::make_unique<RequestWork>();
    auto& work = *connection.work;
    auto& inflight = work.inflight;
    auto& request = inflight.request;
    inflight.peer = connection.peer;
    inflight.peer_text = connection.peer_text;
    inflight.started = now_;
    request.method = head_.method;
    request.raw_query = head_.query;
    request.is_tls = connection.is_tls;
    request.headers.reserve(head_.size);
    for (std::size_t i = 0; i < head_.field_count; ++i) {
        request.headers.add(head_.fields[i].name, head_.fields[i].value);
    }
    const bool is_raw = shared_.application.target_form() == TargetForm::Raw;
    auto path = is_raw ? std::string(head_.path) : decode_path(head_.path);
    work.is_http_1_0 = head_.is_http_1_0;
    work.wants_close = head_.wants_close;
    work.chunked = head_.chunked;
    work.body_left = head_.content_length;
    work.expects_continue = head_.expects_continue && head_.has_body();
    // The views of head_ die here.
    connection.input.erase(0, head_.size);
    connection.scan = {};
    if (!path || (!is_raw && !decode_pairs(request.raw_query))) {
        return refuse(connection, 400, "The address is malformed.");
    }
    request.path = std::move(*path);
    return begin_body(connection);
}

EventLoop::Step EventLoop::begin_body(Connection& connection) {
    auto& work = *connection.work;
    const BodyFacts facts{
        .present = work.chunked || work.body_left > 0,
        .bytes = work.chunked ? std::nullopt : std::optional{work.body_left},
        .expects_continue = work.expects_continue,
    };
    auto verdict = shared_.application.consider(work.inflight, facts);
    if (verdict.refusal) {
        // An announced body stays unread, so nothing after it can be trusted to be a request.
        const auto keep = facts.present ? Keep::Close : Keep::Open;
        return answer_here(connection, std::move(*verdict.refusal), keep);
    }
    work.run = verdict.run;
    work.max_body = verdict.max_body;
    if (!facts.present) {
        return dispatch(connection);
    }
    work.body_began = now_;
    if (verdict.ask_first) {
        return hand_over(connection, &EventLoop::admit_request);
    }
    connection.phase = Phase::Body;
    relist(connection, DeadlineClass::Body);
    return Step::Again;
}

EventLoop::Step EventLoop::step_body(Connection& connection) {
    auto& work = *connection.work;
    if (connection.listed != DeadlineClass::Body) {
        relist(connection, DeadlineClass::Body);
    }
    if (work.expects_continue) {
        work.expects_continue = false;
        if (connection.input.empty()) {
            connection.output.push(std::string(kContinue));
            if (connection.output.flush(*connection.transport) == OutputQueue::Flushed::Failed) {
                drop(connection);
                return Step::Gone;
            }
        }
    }
    if (const auto step = take_body(connection)) {
        return *step;
    }
    if (work.body.is_heavy()) {
        return hand_over(connection, &EventLoop::spool_body);
    }
    return receive(connection);
}

/// Moves input to the body. Nothing when more input is needed or the body should be spooled.
std::optional<EventLoop::Step> EventLoop::take_body(Connection& connection) {
    auto& work = *connection.work;
    auto& input = connection.input;
    bool complete = false;
    if (work.chunked) {
        std::string_view rest = input;
        const auto state = work.decoder.feed(rest, work.body.memory(), work.body.room());
        input.erase(0, input.size() - rest.size());
        if (state == ChunkedDecoder::State::Refused) {
            return refuse(connection, 400, "The chunked body is malformed.");
        }
        if (work.body.size() > work.max_body) {
            return refuse(connection, 413, "The body is larger than this address takes.");
        }
        complete = state == ChunkedDecoder::State::Done;
    } else {
        const auto take =
            std::min({std::uint64_t{input.size()}, work.body_left, std::uint64_t{work.body.room()}}
            );
        work.body.memory().append(input, 0, take);
        input.erase(0, take);
        work.body_left -= take;
        complete = work.body_left == 0;
    }
    return complete ? std::optional{dispatch(connection)} : std::nullopt;
}

EventLoop::Step EventLoop::dispatch(Connection& connection) {
    auto& work = *connection.work;
    // A large body was spooled to disk, which the loop must not wait for.
    if (work.run == Run::Worker || work.body.is_spooled()) {
        return hand_over(connection, &EventLoop::answer_request);
    }
    if (!work.body.memory().empty()) {
        work.inflight.request.set_body(std::move(work.body.memory()));
    }
    const auto began = std::chrono::steady_clock::now();
    auto answer = shared_.application.answer(work.inflight);
    if (std::chrono::steady_clock::now() - began > std::chrono::milliseconds{1}) {
        shared_.slow_inline.add();
    }
    return answer_here(connection, std::move(answer), Keep::Open);
}

/// For what is no proper request: the answer says why and the connection closes.
EventLoop::Step EventLoop::refuse(Connection& connection, int status, std::string_view reason) {
    shared_.bad_requests.add();
    if (!connection.work) {
        connection.work = std::make_unique<RequestWork>();
        connection.work->inflight.peer = connection.peer;
        connection.work->inflight.peer_text = connection.peer_text;
        connection.work->inflight.started = now_;
    }
    auto answer = shared_.application.refuse(status, reason, connection.work->inflight);
    return answer_here(connection, std::move(answer), Keep::Close);
}

EventLoop::Step EventLoop::step_closing(Connection& connection) {
    if (connection.listed != DeadlineClass::Closing) {
        connection.transport->shutdown_write();
        relist(connection, DeadlineClass::Closing);
    }
    while (connection.readable) {
        const auto outcome = connection.transport->read(buffer_.data(), buffer_.size());
        if (outcome.kind == IoOutcome::Kind::WantRead ||
            outcome.kind == IoOutcome::Kind::WantWrite) {
            connection.readable = false;
            return Step::Wait;
        }
        connection.dropped += outcome.bytes;
        if (outcome.kind != IoOutcome::Kind::Bytes || connection.dropped > kDropBytesMax) {
            drop(connection);
            return Step::Gone;
        }
    }
    return Step::Wait;
}

}  // namespace hostelry::http
