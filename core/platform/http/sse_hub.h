#pragma once
// Server-sent events: topics, resume by Last-Event-ID, and the figures of open streams. The streams
// themselves belong to the event loops.

#include "core/base/random.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hostelry::http {

/// One event as it goes over the wire, shared by all streams.
struct Event {
    std::uint64_t sequence = 0;
    std::string topic;
    std::string bytes;
};

/// Where a new stream starts.
struct Resume {
    std::uint64_t sequence = 0;  ///< Events up to here are in `missed` or were before the stream.
    std::vector<std::shared_ptr<const Event>> missed;
    std::string prelude;  ///< A "resync" event when what was missed is no longer known, else empty.
};

class SseHub {
public:
    using Listener = std::function<void(std::shared_ptr<const Event>)>;
    using Ender = std::function<void(const std::string& session_key)>;

    explicit SseHub(Random& random);

    /// Sends to every open stream of the topic. `data` may hold several lines (an HTML fragment, or
    /// JSON). Any thread; returns before anything is sent.
    void publish(const std::string& topic, std::string_view event, std::string_view data);

    /// Of the newest event: a page that is made now and connects a moment later resumes from it.
    std::string last_event_id() const;

    /// Ends the streams of a session at once (sign-out, password change).
    void end_session(const std::string& session_key);

    // For the server.
    using Attachment = std::uint64_t;
    Attachment attach(Listener listener, Ender ender);
    void detach(Attachment attachment);
    Resume resume(
        const std::vector<std::string>& topics, const std::optional<std::string>& last_event_id
    );
    void stream_opened(const std::string& session_key);
    void stream_closed(const std::string& session_key);
    std::vector<std::string> session_keys() const;
    std::size_t streams() const;

private:
    struct Ring {
        std::deque<std::shared_ptr<const Event>> events;
        std::size_t bytes = 0;
        std::uint64_t lost_up_to = 0;  ///< The newest event this ring has dropped.
        std::uint64_t newest = 0;
    };

    void remember(const std::shared_ptr<const Event>& event);
    void drop_oldest_topic();
    std::optional<std::uint64_t> sequence_of(std::string_view event_id) const;

    mutable std::mutex mutex_;
    std::string epoch_;  ///< Of this process; ids of another one cannot be resumed.
    std::uint64_t sequence_ = 0;
    std::uint64_t lost_topics_up_to_ = 0;
    std::map<std::string, Ring> rings_;
    std::map<std::string, std::size_t> sessions_;
    std::size_t streams_ = 0;
    std::map<Attachment, std::pair<Listener, Ender>> attached_;
};

/// "id:", "event:" and one "data:" line for each line of `data`. Control bytes in the name throw
/// std::invalid_argument.
std::string format_event(std::string_view id, std::string_view event, std::string_view data);

}  // namespace hostelry::http
