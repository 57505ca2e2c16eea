#include "core/features/servers/agent_ledger.h"

#include "core/platform/crypto/digest.h"
#include "core/platform/crypto/token.h"
#include "core/platform/log/log.h"

namespace hostelry::servers {

namespace {

constexpr auto kEnrolAgentSql = "select hostelry.enrol_agent($1, $2, $3, $4)";
constexpr auto kAdmitAgentSql =
    "select tenant_id from hostelry.admit_agent($1, $2, $3, $4, $5, $6::jsonb)";
constexpr auto kNoteStatusSql = "select hostelry.note_agent_status($1, $2, $3::jsonb)";
constexpr auto kReleaseAgentSql = "select hostelry.release_agent($1, $2)";
constexpr auto kRenewAgentSql = "select hostelry.renew_agent($1, $2, $3, $4)";
constexpr auto kTakeCommandsSql =
    "select id, plan_sealed, timeout_seconds from hostelry.take_agent_commands($1, $2)";
constexpr auto kNoteProgressSql = "select hostelry.note_agent_progress($1, $2, $3::jsonb)";
constexpr auto kAnswerCommandSql = "select hostelry.answer_agent_command($1, $2, $3)";
constexpr auto kPostCommandSql = "select hostelry.post_agent_command($1, $2, $3, $4, $5::int)";
constexpr auto kSeeCommandSql =
    "select answer_sealed, progress, sent, online from hostelry.see_agent_command($1, $2::int)";
constexpr auto kAbandonCommandSql = "select hostelry.abandon_agent_command($1)";

std::string plan_context(ServerId server, const Uuid& plan) {
    return "agent_commands:plan:" + server.to_string() + ":" + plan.to_string();
}

std::string answer_context(ServerId server, const Uuid& plan) {
    return "agent_commands:answer:" + server.to_string() + ":" + plan.to_string();
}

}  // namespace

Result<bool> AgentLedger::enrol(
    ServerId server, std::string_view token, std::string_view certificate, TimePoint until
) {
    const auto rows = TRY(database_.single_statement(
        kEnrolAgentSql, server, crypto::token_hash(token), certificate, until
    ));
    return rows[0][0].boolean();
}

Result<bool> AgentLedger::admit(const Arrival& arrival) {
    const auto rows = TRY(database_.single_statement(
        kAdmitAgentSql,
        arrival.server,
        arrival.certificate,
        arrival.session,
        arrival.agent_version,
        arrival.boot_id,
        arrival.facts
    ));
    return !rows.empty();
}

Result<bool> AgentLedger::note_status(
    ServerId server, const Uuid& session, const std::string& status
) {
    const auto given = status.empty() ? std::nullopt : std::optional{status};
    const auto rows = TRY(database_.single_statement(kNoteStatusSql, server, session, given));
    return rows[0][0].boolean();
}

Result<void> AgentLedger::release(ServerId server, const Uuid& session) {
    TRY(database_.single_statement(kReleaseAgentSql, server, session));
    return {};
}

Result<bool> AgentLedger::renew(
    ServerId server, const Uuid& session, std::string_view certificate, TimePoint until
) {
    const auto rows =
        TRY(database_.single_statement(kRenewAgentSql, server, session, certificate, until));
    return rows[0][0].boolean();
}

Result<std::vector<DueCommand>> AgentLedger::take(ServerId server, const Uuid& session) {
    const auto rows = TRY(database_.single_statement(kTakeCommandsSql, server, session));
    std::vector<DueCommand> due;
    for (const auto& row : rows) {
        const auto plan = row["id"].uuid();
        auto opened = sealer_.open(row["plan_sealed"].text(), plan_context(server, plan));
        if (!opened) {
            log::error("servers", "a plan cannot be opened", {{"plan", plan.to_string()}});
            continue;
        }
        due.push_back({plan, *std::move(opened), row["timeout_seconds"].integer()});
    }
    return due;
}

Result<void> AgentLedger::note_progress(
    ServerId server, const Uuid& plan, const std::string& entries
) {
    TRY(database_.single_statement(kNoteProgressSql, server, plan, entries));
    return {};
}

Result<bool> AgentLedger::answer(ServerId server, const Uuid& plan, const std::string& outcome) {
    const auto sealed = sealer_.seal(outcome, answer_context(server, plan));
    const auto rows = TRY(database_.single_statement(kAnswerCommandSql, server, plan, sealed));
    return rows[0][0].boolean();
}

Result<Posted> AgentLedger::post(
    ServerId server, const Uuid& plan, const std::string& plan_json, std::int64_t timeout_seconds
) {
    const auto sealed = sealer_.seal(plan_json, plan_context(server, plan));
    const auto rows = TRY(database_.single_statement(
        kPostCommandSql, plan, server, sealed, crypto::sha256_hex(plan_json), timeout_seconds
    ));
    const auto said = rows[0][0].text();
    if (said == "posted") {
        return Posted::New;
    }
    if (said == "again") {
        return Posted::Again;
    }
    return said == "other" ? Posted::Clash : Posted::Unknown;
}

Result<std::optional<CommandState>> AgentLedger::see(
    ServerId server, const Uuid& plan, int progress_seen
) {
    const auto rows = TRY(database_.single_statement(kSeeCommandSql, plan, progress_seen));
    if (rows.empty()) {
        return std::nullopt;
    }
    const auto row = rows.front();
    CommandState state;
    if (const auto sealed = row["answer_sealed"].optional_text()) {
        state.answer = TRY(sealer_.open(*sealed, answer_context(server, plan)));
    }
    state.progress = row["progress"].json_text();
    state.was_sent = row["sent"].boolean();
    state.is_online = row["online"].boolean();
    return state;
}

Result<bool> AgentLedger::abandon(const Uuid& plan) {
    const auto rows = TRY(database_.single_statement(kAbandonCommandSql, plan));
    return rows[0][0].boolean();
}

}  // namespace hostelry::servers
