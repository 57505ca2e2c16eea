#pragma once
// One loop: its epoll, its listening sockets, its connections. Internal to the server.

#include "core/platform/http/connection.h"
#include "core/platform/http/server_shared.h"

#include <sys/epoll.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace hostelry::http {

struct TopicStreams {
    std::vector<Connection*> streams;
};

struct Listener {
    int fd = -1;
    std::shared_ptr<TlsContext> tls;
};

class EventLoop {
public:
    enum class Duty : std::uint8_t { Connections, ConnectionsAndSessions };

    /// One loop of a server also asks which sessions have ended.
    EventLoop(ServerShared& shared, std::vector<Listener> listeners, Duty duty);
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    void start();
    void join();

    // Any thread:
    void post(Connection& connection);
    void post(std::shared_ptr<const Event> event);
    void post(std::function<void()> task);

    // Tasks for post(), on the loop's thread:
    void begin_drain();
    void end_session(const std::string& session_key);
    void quit() { quitting_ = true; }

private:
    enum class Step : std::uint8_t { Again, Wait, Gone };

    struct Broadcast {
        std::shared_ptr<const Event> event;
        std::shared_ptr<TopicStreams> topic;
        std::size_t left;  ///< Streams not looked at yet: those with a lower index.
    };

    struct Mail {
        std::vector<Connection*> returned;
        std::vector<std::shared_ptr<const Event>> events;
        std::vector<std::function<void()>> tasks;
        bool empty() const { return returned.empty() && events.empty() && tasks.empty(); }
    };

    // event_loop.cpp: the turn, and what a connection does in it.
    void run();
    int wait_ms();
    void turn();
    void on_event(Connection& connection, std::uint32_t events);
    void read_mail();
    void wake() const;
    void drive(Connection& connection);
    Step step(Connection& connection);
    void requeue(Connection& connection);

    // event_loop_connections.cpp: connections come and go.
    void watch(int fd, std::uint32_t events, void* data) const;
    static int open_spare();
    void accept_from(Listener& listener);
    void adopt(int fd, const IpAddress& peer, const Listener& listener);
    void drop(Connection& connection);

    // event_loop_deadlines.cpp
    void relist(Connection& connection, DeadlineClass list);
    void unlist(Connection& connection);
    void expire();
    void expire(Connection& connection);
    std::chrono::milliseconds length_of(DeadlineClass list) const;

    // event_loop_requests.cpp: from bytes to a request.
    Step step_handshake(Connection& connection);
    Step step_head(Connection& connection);
    Step step_body(Connection& connection);
    Step step_closing(Connection& connection);
    Step receive(Connection& connection);
    Step begin_request(Connection& connection);
    Step begin_body(Connection& connection);
    std::optional<Step> take_body(Connection& connection);
    Step dispatch(Connection& connection);
    Step refuse(Connection& connection, int status, std::string_view reason);

    // event_loop_answers.cpp: from an answer to bytes. Those marked (worker) run on either side.
    using Task = void (EventLoop::*)(Connection&);
    Step hand_over(Connection& connection, Task task);
    void admit_request(Connection& connection);                                 // (worker)
    void spool_body(Connection& connection);                                    // (worker)
    void answer_request(Connection& connection);                                // (worker)
    void produce_more(Connection& connection);                                  // (worker)
    void answer_overdue(Connection& connection);                                // (worker)
    void respond(Connection& connection, Answer answer, Keep keep);             // (worker)
    void begin_answer(Connection& connection, Answer answer, Keep keep) const;  // (worker)
    Phase advance(Connection& connection);                                      // (worker)
    Phase produce(Connection& connection);                                      // (worker)
    void finish_request(Connection& connection);                                // (worker)
    void give_back(Connection& connection, Phase phase);                        // (worker)
    Step answer_here(Connection& connection, Answer answer, Keep keep);
    Step step_flush(Connection& connection);

    // event_loop_streams.cpp
    Step begin_stream(Connection& connection);
    Step step_stream(Connection& connection);
    void send_to_stream(Connection& connection, const std::shared_ptr<const Event>& event);
    bool flush_stream(Connection& connection);
    void end_stream(Connection& connection);
    void leave_topics(Connection& connection);
    void broadcast_slice();
    void check_sessions();

    ServerShared& shared_;
    std::vector<Listener> listeners_;
    Duty duty_;
    int epoll_ = -1;
    int wake_fd_ = -1;
    int spare_fd_ = -1;  ///< Given up to accept and close when descriptors run out.
    std::thread thread_;
    bool quitting_ = false;
    SteadyTime now_{};
    SteadyTime last_nudge_{};
    SteadyTime last_expiry_{};
    SteadyTime last_session_check_{};
    std::vector<char> buffer_;
    RequestHead head_;
    std::array<DeadlineList, kDeadlineClasses> lists_;
    std::vector<Connection*> ready_;
    std::vector<std::unique_ptr<Connection>> graveyard_;
    std::unordered_map<std::string, std::shared_ptr<TopicStreams>> topics_;
    std::deque<Broadcast> broadcasts_;
    std::mutex mail_mutex_;
    Mail mail_;
};

}  // namespace hostelry::http
