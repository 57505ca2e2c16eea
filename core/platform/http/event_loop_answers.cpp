// From an answer to bytes. Most of this runs on the loop or on a worker, whoever owns the
// connection.
#include "core/base/bytes.h"
#include "core/platform/http/event_loop.h"
#include "core/platform/log/log.h"

#include <fmt/format.h>

namespace hostelry::http {
namespace {

constexpr std::size_t kOneBufferBytes = 16_KiB;
constexpr std::size_t kIdleInputBytes = 1024;
constexpr std::size_t kProducedPieceBytes = 256_KiB;

constexpr std::string_view kBusy = "The server is busy. Try again in a moment.";

std::string as_chunk(const std::string& piece) {
    return fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
}

}  // namespace

/// Gives the connection to a worker. Nothing of it may be touched afterwards.
EventLoop::Step EventLoop::hand_over(Connection& connection, Task task) {
    connection.must_post = connection.readable || connection.hung_up || !connection.input.empty() ||
                           connection.transport->buffers_input();
    relist(connection, DeadlineClass::Idle);
    connection.phase = Phase::Busy;
    auto* given = &connection;
    WorkerPool::Job job{[this, given, task] { (this->*task)(*given); }, {}};
    connection.owner.store(Owner::Worker);
    if (task == &EventLoop::produce_more) {
        shared_.pool->push_always(std::move(job));
        return Step::Wait;
    }
    job.expire = [this, given] { answer_overdue(*given); };
    if (shared_.pool->push(std::move(job))) {
        return Step::Wait;
    }
    connection.owner.store(Owner::Loop);
    shared_.refused_full.add();
    auto answer = shared_.application.refuse(503, kBusy, connection.work->inflight);
    return answer_here(connection, std::move(answer), Keep::Close);
}

void EventLoop::admit_request(Connection& connection) {
    auto refusal = shared_.application.admit(connection.work->inflight);
    if (refusal) {
        respond(connection, std::move(*refusal), Keep::Close);
        return;
    }
    connection.must_post = true;
    give_back(connection, Phase::Body);
}

void EventLoop::spool_body(Connection& connection) {
    auto& work = *connection.work;
    if (const auto spooled = work.body.spool(shared_.options.spool_folder); !spooled) {
        log::error(
            "http", "A request body could not be spooled.", {{"cause", spooled.error().cause}}
        );
        respond(
            connection,
            shared_.application.refuse(503, spooled.error().message, work.inflight),
            Keep::Close
        );
        return;
    }
    connection.must_post = true;
    give_back(connection, Phase::Body);
}

void EventLoop::answer_request(Connection& connection) {
    auto& work = *connection.work;
    auto& request = work.inflight.request;
    if (const auto attached = work.body.attach_to(request, shared_.options.spool_folder);
        !attached) {
        log::error(
            "http", "A request body could not be read.", {{"cause", attached.error().cause}}
        );
        respond(
            connection,
            shared_.application.refuse(503, attached.error().message, work.inflight),
            Keep::Close
        );
        return;
    }
    respond(connection, shared_.application.answer(work.inflight), Keep::Open);
}

void EventLoop::answer_overdue(Connection& connection) {
    shared_.refused_full.add();
    auto answer = shared_.application.refuse(503, kBusy, connection.work->inflight);
    respond(connection, std::move(answer), Keep::Close);
}

void EventLoop::produce_more(Connection& connection) {
    auto phase = produce(connection);
    while (phase == Phase::Produce) {
        phase = produce(connection);
    }
    give_back(connection, phase);
}

void EventLoop::respond(Connection& connection, Answer answer, Keep keep) {
    begin_answer(connection, std::move(answer), keep);
    auto phase = advance(connection);
    while (phase == Phase::Produce) {
        phase = produce(connection);
    }
    give_back(connection, phase);
}

void EventLoop::begin_answer(Connection& connection, Answer answer, Keep keep) const {
    auto& work = *connection.work;
    auto& response = answer.response;
    const auto method = work.inflight.request.method;
    work.sent_before = connection.output.sent();
    work.status = response.status;
    work.cause = response.error_cause;
    work.framing = framing_of(response, method, work.is_http_1_0);
    // Chunked uploads end their connection too: what follows one is where readers disagree.
    connection.close_after =
        keep == Keep::Close || response.close || work.wants_close || work.chunked ||
        work.framing == Framing::UntilClose ||
        connection.served + 1 >= shared_.options.limits.requests_per_connection ||
        shared_.draining.load(std::memory_order_relaxed);
    std::string bytes;
    bytes.reserve(
        512 + answer.fixed_headers.size() + std::min(response.body.size(), kOneBufferBytes)
    );
    append_head(bytes, answer, work.framing, connection.close_after ? Keep::Close : Keep::Open);
    if (method == Method::Head || work.framing == Framing::None) {
        connection.output.push(std::move(bytes));
        return;
    }
    if (response.body.size() <= kOneBufferBytes) {
        bytes.append(response.body);
        response.body.clear();
    }
    connection.output.push(std::move(bytes));
    connection.output.push(std::move(response.body));
    if (response.shared_body) {
        connection.output.push_shared(std::move(response.shared_body));
    }
    work.events = std::move(response.events);
    work.producer = std::move(response.producer);
    work.producer_left = response.producer_length.value_or(0);
    if (work.framing == Framing::Length && work.producer_left == 0) {
        work.producer = nullptr;
    }
}

/// Sends what the socket takes and says what comes next.
Phase EventLoop::advance(Connection& connection) {
    switch (connection.output.flush(*connection.transport)) {
        case OutputQueue::Flushed::Failed:
            return Phase::Broken;
        case OutputQueue::Flushed::Blocked:
            return Phase::Flush;
        default:
            break;
    }
    if (connection.work && connection.work->events) {
        return Phase::Subscribe;
    }
    if (connection.work && connection.work->producer) {
        return Phase::Produce;
    }
    if (connection.work) {
        finish_request(connection);
    }
    return connection.close_after ? Phase::Closing : Phase::Idle;
}

/// Asks for the next piece. A producer that fails or gives too few or too many bytes breaks the
/// connection: the head is gone, so only a cut tells the reader.
Phase EventLoop::produce(Connection& connection) {
    auto& work = *connection.work;
    Result<std::string> piece = fail(ErrorCode::Internal, "", "producer threw");
    try {
        piece = work.producer(kProducedPieceBytes);
    } catch (const std::exception& error) {
        piece = fail(ErrorCode::Internal, "", error.what());
    }
    const bool is_length = work.framing == Framing::Length;
    if (piece && is_length && (piece->empty() || piece->size() > work.producer_left)) {
        piece = fail(ErrorCode::Internal, "", "the body differs from its announced length");
    }
    if (!piece) {
        log::error("http", "A streamed answer was cut.", {{"cause", piece.error().cause}});
        return Phase::Broken;
    }
    const bool is_end = is_length ? piece->size() == work.producer_left : piece->empty();
    work.producer_left -= is_length ? piece->size() : 0;
    if (is_end) {
        work.producer = nullptr;
    }
    connection.output.push(work.framing == Framing::Chunked ? as_chunk(*piece) : std::move(*piece));
    return advance(connection);
}

void EventLoop::finish_request(Connection& connection) {
    const auto& work = *connection.work;
    shared_.application.finished(
        work.inflight, work.status, connection.output.sent() - work.sent_before, work.cause
    );
    ++connection.served;
    connection.work.reset();
    if (connection.input.empty() && connection.input.capacity() > kIdleInputBytes) {
        std::string().swap(connection.input);  // Idle connections are many.
    }
}

void EventLoop::give_back(Connection& connection, Phase phase) {
    connection.phase = phase;
    connection.last_active.store(std::chrono::steady_clock::now(), std::memory_order_relaxed);
    auto expected = Owner::Worker;
    if (phase == Phase::Idle && !connection.must_post &&
        connection.owner.compare_exchange_strong(expected, Owner::Loop)) {
        return;
    }
    post(connection);
}

EventLoop::Step EventLoop::answer_here(Connection& connection, Answer answer, Keep keep) {
    begin_answer(connection, std::move(answer), keep);
    connection.phase = Phase::Flush;
    return step_flush(connection);
}

EventLoop::Step EventLoop::step_flush(Connection& connection) {
    connection.phase = advance(connection);
    connection.last_active.store(now_, std::memory_order_relaxed);
    if (connection.phase != Phase::Flush) {
        return Step::Again;
    }
    if (connection.listed != DeadlineClass::Flush) {
        connection.sent_seen = connection.output.sent();
        relist(connection, DeadlineClass::Flush);
    }
    return Step::Wait;
}

}  // namespace hostelry::http
