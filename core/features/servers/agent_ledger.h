#pragma once
// What is written down about agents and their plans. Works without a tenant, through the definer
// functions of migration 0020: neither the listener nor a caller of apply() knows whose server it
// is.

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/result.h"
#include "core/platform/crypto/sealing.h"
#include "core/platform/db/database.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::servers {

/// Notices (payload: a server id): there is a plan for it, or its session changed.
inline constexpr std::string_view kAgentChannel = "hostelry_agent";
/// Notices (payload: a plan id): progress or the answer came.
inline constexpr std::string_view kAgentAnswerChannel = "hostelry_agent_answers";

enum class Posted {
    New,
    Again,    ///< The same plan was posted before: its answer is or will be there.
    Clash,    ///< The id belongs to another plan.
    Unknown,  ///< No such server, or it never had an agent.
};

struct CommandState {
    std::optional<std::string> answer;  ///< JSON of agent/protocol/plan.h.
    std::string progress;               ///< JSON list of what is new.
    bool was_sent = false;
    bool is_online = false;
};

struct DueCommand {
    Uuid plan;
    std::string plan_json;
    std::int64_t timeout_seconds = 0;
};

struct Arrival {
    ServerId server;
    std::string certificate;  ///< Fingerprint.
    Uuid session;
    std::string agent_version;
    std::string boot_id;
    std::string facts;  ///< A JSON object.
};

class AgentLedger {
public:
    AgentLedger(db::Database& database, const crypto::Sealer& sealer)
        : database_(database), sealer_(sealer) {}

    Result<bool> enrol(
        ServerId server, std::string_view token, std::string_view certificate, TimePoint until
    );
    /// False: unknown server or a certificate that is not (any more) its own.
    Result<bool> admit(const Arrival& arrival);
    /// `status`: JSON or empty for a bare sign of life. False: the session is over.
    Result<bool> note_status(ServerId server, const Uuid& session, const std::string& status);
    Result<void> release(ServerId server, const Uuid& session);
    Result<bool> renew(
        ServerId server, const Uuid& session, std::string_view certificate, TimePoint until
    );
    Result<std::vector<DueCommand>> take(ServerId server, const Uuid& session);
    Result<void> note_progress(ServerId server, const Uuid& plan, const std::string& entries);
    Result<bool> answer(ServerId server, const Uuid& plan, const std::string& outcome);

    Result<Posted> post(
        ServerId server,
        const Uuid& plan,
        const std::string& plan_json,
        std::int64_t timeout_seconds
    );
    /// Nothing when the plan is not there.
    Result<std::optional<CommandState>> see(ServerId server, const Uuid& plan, int progress_seen);
    /// True when the agent may act on it yet.
    Result<bool> abandon(const Uuid& plan);

private:
    db::Database& database_;
    const crypto::Sealer& sealer_;
};

}  // namespace hostelry::servers
