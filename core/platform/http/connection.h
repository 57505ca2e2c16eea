#pragma once
// A connection and its place in a deadline list. Internal to the server.
//
// Invariants:
// - Everything but `owner` and `last_active` belongs to the loop while owner is Loop, and to one
// worker while it is
//   Worker or WorkerMore; then the loop may only use `readable`, `hung_up` and the list hooks.
// - Only the loop reads, parses, lists, closes and frees.
// - A worker gives back after it has sent: otherwise another worker could answer the next request
// first.

#include "core/platform/http/answer_writer.h"
#include "core/platform/http/application.h"
#include "core/platform/http/body_buffer.h"
#include "core/platform/http/chunked_decoder.h"
#include "core/platform/http/head_parser.h"
#include "core/platform/http/output_queue.h"
#include "core/platform/http/transport.h"

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace hostelry::http {

using SteadyTime = std::chrono::steady_clock::time_point;

enum class Owner : std::uint8_t { Loop, Worker, WorkerMore };

enum class Phase : std::uint8_t {
    Handshake,
    Idle,  ///< Between requests.
    Head,  ///< Part of a head is here.
    Body,
    Busy,       ///< A worker has it.
    Flush,      ///< An answer is being sent.
    Produce,    ///< The next piece of an answer must be made.
    Subscribe,  ///< An event stream begins.
    Stream,
    Closing,  ///< All is sent; waiting for the peer to close.
    Broken,
    Dead,
};

enum class DeadlineClass : std::uint8_t {
    Handshake,
    Idle,
    Head,
    Body,
    Flush,
    Stream,
    Closing,
    Count,
    None
};
inline constexpr std::size_t kDeadlineClasses = static_cast<std::size_t>(DeadlineClass::Count);

struct TopicStreams;

struct StreamState {
    struct Subscription {
        std::shared_ptr<TopicStreams> topic;
        std::size_t index;
    };
    std::vector<Subscription> subscriptions;
    std::uint64_t last_sequence = 0;
    std::string session_key;
};

/// What one request needs; gone while the connection is idle.
struct RequestWork {
    Inflight inflight;
    bool is_http_1_0 = false;
    bool wants_close = false;
    bool expects_continue = false;
    bool chunked = false;
    std::uint64_t body_left = 0;
    std::size_t max_body = 0;
    Run run = Run::Worker;
    ChunkedDecoder decoder;
    BodyBuffer body;
    SteadyTime body_began{};
    std::uint64_t body_seen = 0;  ///< Bytes of body at the last look of the deadline.

    // The answer.
    int status = 0;
    std::string cause;
    std::uint64_t sent_before = 0;
    Framing framing = Framing::None;
    BodyProducer producer;
    std::uint64_t producer_left = 0;
    std::shared_ptr<EventSubscription> events;
};

class EventLoop;

struct Connection {
    Connection(EventLoop& owner_loop, std::unique_ptr<Transport> socket, const IpAddress& address)
        : loop(owner_loop),
          transport(std::move(socket)),
          peer(address),
          peer_text(address.to_string()) {}

    EventLoop& loop;
    std::unique_ptr<Transport> transport;
    IpAddress peer;
    std::string peer_text;
    std::atomic<Owner> owner{Owner::Loop};
    std::atomic<SteadyTime> last_active{SteadyTime{}};
    Phase phase = Phase::Handshake;
    bool is_tls = false;
    bool readable = true;
    bool hung_up = false;    ///< The peer will send no more; what it sent is still answered.
    bool must_post = false;  ///< The worker gives back through the mailbox.
    bool close_after = false;
    bool in_ready = false;
    std::uint32_t served = 0;
    std::size_t dropped = 0;  ///< Bytes thrown away while closing.
    std::uint64_t sent_seen = 0;
    std::string input;
    HeadScan scan;
    OutputQueue output;
    std::unique_ptr<RequestWork> work;
    std::unique_ptr<StreamState> stream;

    DeadlineClass listed = DeadlineClass::None;
    SteadyTime listed_at{};
    Connection* previous = nullptr;
    Connection* next = nullptr;
};

/// Connections in the order they were listed: with one length for all, the head ends first.
class DeadlineList {
public:
    void push_back(Connection& connection);
    void remove(Connection& connection);
    Connection* front() const { return front_; }

private:
    Connection* front_ = nullptr;
    Connection* back_ = nullptr;
};

}  // namespace hostelry::http
