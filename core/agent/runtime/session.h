#pragma once
// The daemon: keeps a session with the panel, hands plans to a few workers and sends back what they
// report. Plans go on while the connection is away; their results wait for the next one.

#include "core/agent/protocol/protocol.h"
#include "core/agent/runtime/identity.h"
#include "core/agent/runtime/layout.h"
#include "core/agent/runtime/plan_runner.h"
#include "core/base/clock.h"
#include "core/base/lock_guarded.h"
#include "core/base/random.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace hostelry::agent {

inline constexpr std::size_t kPlansAtOnce = 4;
inline constexpr std::size_t kPlansWaitingMax = 200;

/// Messages on their way out, filled by workers, emptied by the session; a descriptor to poll on.
class Outbox {
public:
    Outbox();
    /// Progress is dropped while no session is there to send it: it is of the moment.
    void put(Message message);
    std::deque<Message> take();
    void drop_progress();
    int descriptor() const { return wake_.number(); }
    void wake() const;

private:
    LockGuarded<std::deque<Message>> messages_;
    Descriptor wake_;
};

/// Runs plans side by side; a plan id that waits or runs is not taken twice.
class PlanPool {
public:
    PlanPool(PlanRunner& runner, Outbox& outbox);
    ~PlanPool();
    PlanPool(const PlanPool&) = delete;
    PlanPool& operator=(const PlanPool&) = delete;

    /// False when too many wait already.
    bool add(Plan plan, std::chrono::seconds time_limit);
    /// Takes nothing more, gives up what waits, and returns when the running plans have ended.
    void stop();

private:
    struct Work {
        Plan plan;
        std::chrono::seconds time_limit;
    };
    void work();
    void run_one(const Work& work);

    PlanRunner& runner_;
    Outbox& outbox_;
    std::mutex mutex_;
    std::condition_variable more_;
    std::deque<Work> waiting_;
    std::set<std::string> known_;
    bool stopping_ = false;
    std::vector<std::thread> workers_;
};

struct DaemonParts {
    const Layout& layout;
    const Clock& clock;
    Random& random;
    PlanRunner& runner;
    std::function<std::string()> facts;
    std::function<Sample()> sample;
    std::string version;
    std::string boot_id;
};

/// Until SIGTERM or SIGINT. The signals must be blocked in every thread. Answers the exit code.
int run_daemon(const DaemonParts& parts, Identity identity);

/// What the daemon last noted about its connection, as a JSON line; for `hostelry-agent status`.
Result<std::string> read_status(const Layout& layout);

/// The wait before the n-th try in a row (from 0): doubling to a minute, each spread by a half so
/// that many agents do not come back at once.
std::chrono::milliseconds backoff(unsigned attempt, Random& random);

}  // namespace hostelry::agent
