#include "core/platform/http/sse_hub.h"

#include "core/base/bytes.h"
#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace hostelry::http {
namespace {

constexpr std::size_t kRingEvents = 256;
constexpr std::size_t kRingBytes = 256_KiB;
constexpr std::size_t kMaxTopics = 2000;

constexpr std::string_view kResync = "event: resync\ndata: \n\n";

}  // namespace

SseHub::SseHub(Random& random) {
    std::array<std::byte, 6> bytes{};
    random.fill(bytes);
    epoch_ = to_hex(bytes);
}

std::string format_event(std::string_view id, std::string_view event, std::string_view data) {
    if (has_control_bytes(event) || has_control_bytes(id)) {
        throw std::invalid_argument("The name of an event holds a control character.");
    }
    std::string text;
    text.reserve(data.size() + event.size() + id.size() + 32);
    text.append("id: ").append(id).append("\nevent: ").append(event).append("\n");
    // CR, LF and CR LF all end a line in this format, so each becomes a data line of its own.
    while (true) {
        const auto end = data.find_first_of("\r\n");
        text.append("data: ").append(data.substr(0, end)).append("\n");
        if (end == std::string_view::npos) {
            break;
        }
        const bool pair = data[end] == '\r' && end + 1 < data.size() && data[end + 1] == '\n';
        data.remove_prefix(end + (pair ? 2 : 1));
    }
    return text += '\n';
}

void SseHub::publish(const std::string& topic, std::string_view event, std::string_view data) {
    const std::lock_guard lock(mutex_);
    auto made = std::make_shared<Event>();
    made->sequence = ++sequence_;
    made->topic = topic;
    made->bytes = format_event(epoch_ + "-" + std::to_string(sequence_), event, data);
    remember(made);
    // Under the lock, so that every loop gets the events in the order of their numbers.
    for (const auto& [id, loop] : attached_) {
        loop.first(made);
    }
}

std::string SseHub::last_event_id() const {
    const std::lock_guard lock(mutex_);
    return epoch_ + "-" + std::to_string(sequence_);
}

void SseHub::end_session(const std::string& session_key) {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, loop] : attached_) {
        loop.second(session_key);
    }
}

void SseHub::remember(const std::shared_ptr<const Event>& event) {
    if (!rings_.contains(event->topic) && rings_.size() >= kMaxTopics) {
        drop_oldest_topic();
    }
    auto& ring = rings_[event->topic];
    ring.events.push_back(event);
    ring.bytes += event->bytes.size();
    ring.newest = event->sequence;
    while (ring.events.size() > kRingEvents || ring.bytes > kRingBytes) {
        ring.lost_up_to = ring.events.front()->sequence;
        ring.bytes -= ring.events.front()->bytes.size();
        ring.events.pop_front();
    }
}

void SseHub::drop_oldest_topic() {
    const auto oldest = std::min_element(rings_.begin(), rings_.end(), [](auto& a, auto& b) {
        return a.second.newest < b.second.newest;
    });
    lost_topics_up_to_ = std::max(lost_topics_up_to_, oldest->second.newest);
    rings_.erase(oldest);
}

std::optional<std::uint64_t> SseHub::sequence_of(std::string_view event_id) const {
    if (!event_id.starts_with(epoch_) || event_id.size() <= epoch_.size() + 1) {
        return std::nullopt;
    }
    const auto digits = event_id.substr(epoch_.size() + 1);
    std::uint64_t sequence = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), sequence);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size();
    return whole && sequence <= sequence_ ? std::optional{sequence} : std::nullopt;
}

SseHub::Attachment SseHub::attach(Listener listener, Ender ender) {
    const std::lock_guard lock(mutex_);
    const Attachment id = attached_.empty() ? 1 : attached_.rbegin()->first + 1;
    attached_.emplace(id, std::pair{std::move(listener), std::move(ender)});
    return id;
}

void SseHub::detach(Attachment attachment) {
    const std::lock_guard lock(mutex_);
    attached_.erase(attachment);
}

Resume SseHub::resume(
    const std::vector<std::string>& topics, const std::optional<std::string>& last_event_id
) {
    const std::lock_guard lock(mutex_);
    Resume resume;
    resume.sequence = sequence_;
    if (!last_event_id) {
        return resume;
    }
    const auto last = sequence_of(*last_event_id);
    bool is_complete = last.has_value();
    for (const auto& topic : topics) {
        const auto ring = rings_.find(topic);
        if (ring == rings_.end()) {
            is_complete = is_complete && *last >= lost_topics_up_to_;
            continue;
        }
        is_complete = is_complete && *last >= ring->second.lost_up_to;
        for (const auto& event : ring->second.events) {
            if (last && event->sequence > *last) {
                resume.missed.push_back(event);
            }
        }
    }
    if (!is_complete) {
        resume.missed.clear();
        resume.prelude = kResync;
        return resume;
    }
    std::sort(resume.missed.begin(), resume.missed.end(), [](const auto& a, const auto& b) {
        return a->sequence < b->sequence;
    });
    return resume;
}

void SseHub::stream_opened(const std::string& session_key) {
    const std::lock_guard lock(mutex_);
    ++streams_;
    ++sessions_[session_key];
}

void SseHub::stream_closed(const std::string& session_key) {
    const std::lock_guard lock(mutex_);
    --streams_;
    if (const auto session = sessions_.find(session_key);
        session != sessions_.end() && --session->second == 0) {
        sessions_.erase(session);
    }
}

std::vector<std::string> SseHub::session_keys() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> keys;
    for (const auto& [key, count] : sessions_) {
        if (!key.empty()) {
            keys.push_back(key);
        }
    }
    return keys;
}

std::size_t SseHub::streams() const {
    const std::lock_guard lock(mutex_);
    return streams_;
}

}  // namespace hostelry::http
