#pragma once
// Plans on their way to agents, seen from the one who wants something done.

#include "core/base/random.h"
#include "core/features/servers/agent_ledger.h"
#include "core/platform/db/listener.h"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>

namespace hostelry::servers {

struct ApplyOptions {
    /// Of the plan; the agent begins no further action after it.
    std::chrono::milliseconds timeout{60'000};
    /// Asked several times a second; true gives up waiting (Cancelled).
    std::function<bool()> cancelled{};
    /// Each action's beginning and end: {"id", "status": "running" or as in results, "message"}.
    std::function<void(const nlohmann::json& action_result)> on_progress{};
};

class AgentOrders {
public:
    struct Needs {
        db::Database& database;
        db::Listener* listener;  ///< Null: only polling.
        const Clock& clock;
        Random& random;
        const crypto::Sealer& sealer;
    };
    explicit AgentOrders(Needs needs);

    /// See Servers::apply.
    Result<nlohmann::json> apply(
        ServerId server, const nlohmann::json& plan, const ApplyOptions& options
    );

private:
    class Wait;
    void listen_once();
    void wake(std::string_view plan);
    /// Until a notice about this plan (true), or for `patience`.
    bool wait_for_news(const Uuid& plan, std::chrono::milliseconds patience);

    Needs needs_;
    AgentLedger ledger_;
    std::once_flag listening_;
    std::mutex mutex_;
    std::condition_variable news_;
    std::map<std::string, bool, std::less<>> waiting_;  // plan -> something came
    db::Listener::Subscription subscription_;
};

}  // namespace hostelry::servers
