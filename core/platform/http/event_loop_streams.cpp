// Event streams: they belong to their loop, which sends in slices so that others get their turn.
#include "core/platform/http/event_loop.h"

#include <algorithm>

namespace hostelry::http {
namespace {

constexpr std::size_t kStreamsPerSlice = 64;
constexpr std::string_view kFirstRetry = "retry: 2000\n\n";
constexpr std::string_view kLastRetry = "retry: 1000\n\n";

}  // namespace

EventLoop::Step EventLoop::begin_stream(Connection& connection) {
    const auto subscription = connection.work->events;
    auto topics = subscription->topics;
    std::sort(topics.begin(), topics.end());
    topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
    auto resume = shared_.hub.resume(topics, subscription->last_event_id);
    connection.stream = std::make_unique<StreamState>();
    auto& stream = *connection.stream;
    stream.last_sequence = resume.sequence;
    stream.session_key = subscription->session_key;
    for (const auto& name : topics) {
        auto& topic = topics_[name];
        if (!topic) {
            topic = std::make_shared<TopicStreams>();
        }
        stream.subscriptions.push_back({topic, topic->streams.size()});
        topic->streams.push_back(&connection);
    }
    shared_.hub.stream_opened(stream.session_key);
    finish_request(connection);
    connection.output.push(std::string(kFirstRetry) + resume.prelude);
    for (const auto& event : resume.missed) {
        connection.output.push_shared({event, &event->bytes});
    }
    connection.phase = Phase::Stream;
    connection.sent_seen = connection.output.sent();
    relist(connection, DeadlineClass::Stream);
    if (shared_.draining.load(std::memory_order_relaxed)) {
        end_stream(connection);
        return Step::Wait;
    }
    return Step::Again;
}

/// A stream has nothing to say: what it sends is thrown away, its end is noticed.
EventLoop::Step EventLoop::step_stream(Connection& connection) {
    while (connection.readable) {
        const auto outcome = connection.transport->read(buffer_.data(), buffer_.size());
        if (outcome.kind == IoOutcome::Kind::WantRead ||
            outcome.kind == IoOutcome::Kind::WantWrite) {
            connection.readable = false;
        } else if (outcome.kind != IoOutcome::Kind::Bytes) {
            drop(connection);
            return Step::Gone;
        }
    }
    return flush_stream(connection) ? Step::Wait : Step::Gone;
}

void EventLoop::send_to_stream(Connection& connection, const std::shared_ptr<const Event>& event) {
    auto& stream = *connection.stream;
    // It may have come with the resume, or by another place in the list.
    if (stream.last_sequence >= event->sequence) {
        return;
    }
    stream.last_sequence = event->sequence;
    connection.output.push_shared({event, &event->bytes});
    flush_stream(connection);
}

/// False when the connection is gone.
bool EventLoop::flush_stream(Connection& connection) {
    const auto flushed = connection.output.flush(*connection.transport);
    if (flushed == OutputQueue::Flushed::Failed) {
        drop(connection);
        return false;
    }
    if (connection.output.waiting() > shared_.options.limits.stream_backlog_bytes) {
        shared_.slow_readers.add();
        drop(connection);
        return false;
    }
    return true;
}

void EventLoop::end_stream(Connection& connection) {
    leave_topics(connection);
    connection.output.push(std::string(kLastRetry));
    connection.close_after = true;
    connection.phase = Phase::Flush;
    drive(connection);
}

void EventLoop::end_session(const std::string& session_key) {
    std::vector<Connection*> ending;
    auto* one = lists_[static_cast<std::size_t>(DeadlineClass::Stream)].front();
    for (; one != nullptr; one = one->next) {
        if (one->stream && one->stream->session_key == session_key) {
            ending.push_back(one);
        }
    }
    for (auto* connection : ending) {
        end_stream(*connection);
    }
}

void EventLoop::leave_topics(Connection& connection) {
    if (!connection.stream) {
        return;
    }
    for (const auto& [topic, index] : connection.stream->subscriptions) {
        auto& streams = topic->streams;
        auto* moved = streams.back();
        streams[index] = moved;
        streams.pop_back();
        for (auto& subscription : moved->stream->subscriptions) {
            if (subscription.topic == topic) {
                subscription.index = index;
            }
        }
    }
    std::erase_if(topics_, [](const auto& entry) { return entry.second->streams.empty(); });
    shared_.hub.stream_closed(connection.stream->session_key);
    connection.stream.reset();
}

void EventLoop::broadcast_slice() {
    std::size_t budget = kStreamsPerSlice;
    while (budget > 0 && !broadcasts_.empty()) {
        auto& broadcast = broadcasts_.front();
        auto& streams = broadcast.topic->streams;
        // From the end: leaving swaps a stream from the end into a lower place, where it is met
        // again and known by its sequence; none is missed.
        broadcast.left = std::min(broadcast.left, streams.size());
        while (budget > 0 && broadcast.left > 0) {
            --budget;
            --broadcast.left;
            send_to_stream(*streams[broadcast.left], broadcast.event);
            broadcast.left = std::min(broadcast.left, streams.size());
        }
        if (broadcast.left == 0) {
            broadcasts_.pop_front();
        }
    }
}

void EventLoop::check_sessions() {
    if (duty_ != Duty::ConnectionsAndSessions || shared_.hub.streams() == 0 ||
        now_ - last_session_check_ < shared_.options.timeouts.session_check ||
        shared_.checking_sessions.exchange(true)) {
        return;
    }
    last_session_check_ = now_;
    const auto check = [&shared = shared_] {
        for (const auto& key : shared.application.ended_sessions(shared.hub.session_keys())) {
            shared.hub.end_session(key);
        }
        shared.checking_sessions = false;
    };
    if (!shared_.pool->push({check, {}})) {
        shared_.checking_sessions = false;
    }
}

}  // namespace hostelry::http
