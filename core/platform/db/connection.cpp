#include "core/platform/db/connection.h"

#include "core/platform/db/dsn.h"
#include "core/platform/log/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace hostelry::db {
namespace {

constexpr std::size_t kPreparedMax = 400;  // per connection; texts are constants of our stores
constexpr std::size_t kDeferredMax = 100;  // a round trip then, whether or not an answer is needed
constexpr std::size_t kLoggedSqlBytesMax = 300;

constexpr std::string_view kCommit = "commit";
constexpr std::string_view kRollBack = "rollback";
constexpr std::string_view kEnter = "select set_config('app.tenant', $1, true)";
constexpr std::string_view kReadOnly = "select set_config('transaction_read_only', 'on', true)";
constexpr std::string_view kEnterReadOnly =
    "select set_config('app.tenant', $1, true), set_config('transaction_read_only', 'on', true)";
constexpr std::string_view kLimitTime = "select set_config('statement_timeout', $1, true)";
constexpr std::string_view kCommitLater = "select set_config('synchronous_commit', 'off', true)";

/// Compiling a plan pays for queries that run for seconds and ours do not; the claim of jobs, which
/// forbids plans by their cost, was compiled anew for a second each time (measured).
std::string start_settings(const DatabaseOptions& options) {
    return fmt::format(
        "set jit = off; set client_encoding = 'UTF8'; set timezone = 'UTC'; set datestyle = 'ISO';"
        "set bytea_output = 'hex'; set search_path = hostelry; set statement_timeout = {};"
        "set lock_timeout = {}; set idle_in_transaction_session_timeout = {}",
        options.statement_timeout.count(),
        options.lock_timeout.count(),
        options.idle_in_transaction_timeout.count()
    );
}

std::string_view begin_text(const TransactionOptions& options) {
    switch (options.isolation) {
        case Isolation::RepeatableRead:
            return options.read_only ? "begin isolation level repeatable read read only"
                                     : "begin isolation level repeatable read";
        case Isolation::Serializable:
            return options.read_only ? "begin isolation level serializable read only"
                                     : "begin isolation level serializable";
        case Isolation::ReadCommitted:
            break;
    }
    return "begin";
}

bool is_good(const PGresult* answer) {
    const auto status = PQresultStatus(answer);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

/// Empty for what libpq says by itself.
std::string field(const PGresult* answer, int code) {
    const char* text = answer == nullptr ? nullptr : PQresultErrorField(answer, code);
    return text == nullptr ? "" : text;
}

}  // namespace

Connection::Connection(const DatabaseOptions& options, const Clock& clock)
    : options_(options), clock_(clock), opened_at_(clock.steady()) {
    try {
        link_ = std::make_unique<Link>(with_connect_timeout(
            options.dsn, std::chrono::duration_cast<std::chrono::seconds>(options.connect_timeout)
        ));
        session_.emplace(*link_);
        session_->exec(start_settings(options));
    } catch (const pqxx::failure& error) {
        throw ConnectionLost(error.what());
    }
}

void Connection::begin(std::optional<TenantId> tenant, const TransactionOptions& options) {
    end();
    transaction_failed_ = false;
    const bool is_reading = options.read_only && options.isolation == Isolation::ReadCommitted;
    stage_ = is_reading ? Stage::Reading : Stage::Due;
    auto& first = is_reading ? ahead_of_each_ : deferred_;
    if (!is_reading) {
        first.push_back(kept(begin_text(options), {}, true));
    }
    if (tenant) {
        first.push_back(kept(is_reading ? kEnterReadOnly : kEnter, {*tenant}, true));
    } else if (is_reading) {
        first.push_back(kept(kReadOnly, {}, true));
    }
    if (options.statement_timeout) {
        first.push_back(kept(kLimitTime, {options.statement_timeout->count()}, true));
    }
    if (options.asynchronous_commit) {
        first.push_back(kept(kCommitLater, {}, true));
    }
}

void Connection::commit() {
    if (transaction_failed_) {
        throw std::logic_error(
            "A statement failed and was ignored: COMMIT would silently roll back."
        );
    }
    const bool is_sent = stage_ == Stage::Open;
    if (is_sent || !std::ranges::all_of(deferred_, &Statement::is_ours)) {
        auto statements = std::exchange(deferred_, {});
        statements.push_back({.sql = kCommit, .params = {}, .is_ours = true});
        exchange(std::move(statements));
    }
    end();
}

void Connection::roll_back() noexcept {
    const bool is_sent = stage_ == Stage::Open;
    end();
    if (!is_sent || poisoned_) {
        return;
    }
    try {
        std::vector<Statement> statements;
        statements.push_back({.sql = kRollBack, .params = {}, .is_ours = true});
        exchange(std::move(statements));
    } catch (const std::exception&) {
        poison();  // the server rolls back when the connection is closed
    }
}

void Connection::end() {
    stage_ = Stage::None;
    deferred_.clear();
    ahead_of_each_.clear();
}

ResultSet Connection::run(std::string_view sql, std::span<const Param> params) {
    auto statements = stage_ == Stage::Reading ? ahead_of_each_ : std::exchange(deferred_, {});
    statements.push_back({.sql = sql, .params = params});
    return exchange(std::move(statements));
}

void Connection::defer(std::string_view sql, std::span<const Param> params) {
    if (stage_ != Stage::Due && stage_ != Stage::Open) {
        throw std::logic_error("Only a transaction that writes can defer a statement.");
    }
    if (deferred_.size() >= kDeferredMax) {
        flush_due();
    }
    deferred_.push_back(kept(sql, {params.begin(), params.end()}, false));
}

void Connection::flush_due() {
    if (!deferred_.empty()) {
        exchange(std::exchange(deferred_, {}));
    }
}

void Connection::enter_tenant(TenantId tenant) {
    if (stage_ == Stage::Reading) {
        ahead_of_each_.push_back(kept(kEnter, {tenant}, true));
    } else {
        deferred_.push_back(kept(kEnter, {tenant}, true));
    }
}

void Connection::run_script(std::string_view sql) {
    if (stage_ == Stage::Reading) {
        throw std::logic_error("A script is for transactions that write.");
    }
    flush_due();
    const Statement script{.sql = sql, .params = {}};
    const Call call{&script, false};
    const auto sent_at = clock_.steady();
    try {
        session_->exec(std::string(sql));
        tell({&call, 1}, sent_at, false);
    } catch (const pqxx::sql_error& error) {
        transaction_failed_ = true;
        tell({&call, 1}, sent_at, true);
        if (link_->has_ended()) {
            poison();
            throw ConnectionLost(error.what());
        }
        throw_failure({.sqlstate = error.sqlstate(), .text = error.what()});
    } catch (const pqxx::failure& error) {
        poison();
        throw ConnectionLost(error.what());
    }
}

bool Connection::answers() {
    try {
        std::vector<Statement> statements;
        statements.push_back({.sql = "select 1", .params = {}, .is_ours = true});
        exchange(std::move(statements));
        return true;
    } catch (const std::exception&) {
        poison();
        return false;
    }
}

Connection::Statement Connection::kept(
    std::string_view sql, std::vector<Param> params, bool is_ours
) {
    Statement statement{.sql = sql, .params = {}, .is_ours = is_ours, .kept = std::move(params)};
    statement.params = statement.kept;  // stays where it is when the statement is moved
    return statement;
}

/// One round trip; answers what the last statement answers.
ResultSet Connection::exchange(std::vector<Statement> statements) {
    if (stage_ != Stage::Open && link_->has_ended()) {
        poison();
        throw ConnectionLost("the server has ended the connection");
    }
    stage_ = stage_ == Stage::Due ? Stage::Open : stage_;
    const auto sent_at = clock_.steady();
    poison();  // whatever is thrown before the answers are in leaves half a pipeline behind
    Pipeline pipeline(*link_);
    const std::vector<Call> calls = send(pipeline, statements);
    std::vector<ResultSet> answers = pipeline.finish();
    poisoned_ = pipeline.is_broken();

    const auto good = static_cast<std::size_t>(std::distance(
        answers.begin(),
        std::ranges::find_if_not(
            answers, is_good, [](const ResultSet& set) { return set.result.get(); }
        )
    ));
    const bool is_well = good == calls.size() && !pipeline.is_broken();
    tell({calls.data(), std::min(good + 1, calls.size())}, sent_at, !is_well);
    if (is_well) {
        return std::move(answers.back());
    }
    transaction_failed_ = stage_ != Stage::None;
    forget_unprepared({calls.begin() + static_cast<std::ptrdiff_t>(good), calls.end()});
    const bool is_answered = good < answers.size();
    const PGresult* answer = is_answered ? answers[good].result.get() : nullptr;
    const bool was_at_commit = good + 1 >= calls.size() && statements.back().sql == kCommit;
    if (pipeline.is_broken()) {
        // The server's farewell in place of an earlier answer: COMMIT was not reached.
        const bool is_certain = !field(answer, PG_DIAG_SQLSTATE).empty() && !was_at_commit;
        if (statements.back().sql == kCommit && !is_certain) {
            throw CommitInDoubt(pipeline.reason());
        }
        throw ConnectionLost(is_answered ? PQresultErrorMessage(answer) : pipeline.reason());
    }
    if (was_at_commit) {
        end();  // the server has rolled back
    }
    refuse(answer);
}

std::vector<Connection::Call> Connection::send(
    Pipeline& pipeline, const std::vector<Statement>& statements
) {
    std::vector<Call> calls;
    for (const auto& statement : statements) {
        auto found = prepared_.find(statement.sql);
        if (found == prepared_.end() && prepared_.size() < kPreparedMax) {
            found = prepared_.emplace(statement.sql, fmt::format("s{}", names_given_++)).first;
            pipeline.prepare(found->second, found->first);
            calls.push_back({&statement, true});
        }
        if (found != prepared_.end()) {
            pipeline.execute(found->second, statement.params);
        } else {
            pipeline.execute_text(std::string(statement.sql), statement.params);
        }
        calls.push_back({&statement, false});
    }
    return calls;
}

void Connection::forget_unprepared(std::span<const Call> unanswered) {
    for (const auto& call : unanswered) {
        if (call.prepares) {
            prepared_.erase(prepared_.find(call.statement->sql));
        }
    }
}

void Connection::refuse(const PGresult* answer) {
    const std::string sqlstate = field(answer, PG_DIAG_SQLSTATE);
    const std::string text = PQresultErrorMessage(answer);
    if (sqlstate.empty()) {
        poison();
        throw ConnectionLost(text);
    }
    if (sqlstate == "0A000" && text.find("cached plan must not change") != std::string::npos) {
        poison();  // a migration changed a table under our prepared statements
        throw SerializationFailed(text);
    }
    const int name = sqlstate == "23502" ? int{PG_DIAG_COLUMN_NAME} : int{PG_DIAG_CONSTRAINT_NAME};
    throw_failure({.sqlstate = sqlstate, .text = text, .name = field(answer, name)});
}

/// Statements that travelled together are told an equal share of the time each; all of them are
/// slow when the journey was.
void Connection::tell(
    std::span<const Call> calls, std::chrono::steady_clock::time_point sent_at, bool failed
) const {
    const Call* culprit = failed ? &calls.back() : nullptr;
    const auto is_told = [&](const Call& call) {
        return !call.statement->is_ours && (!call.prepares || &call == culprit);
    };
    const auto count = std::ranges::count_if(calls, is_told);
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady() - sent_at);
    const bool slow = took >= options_.slow_after;
    for (const auto& call : calls) {
        if (!is_told(call)) {
            continue;
        }
        const std::string_view sql = call.statement->sql;
        if (slow) {
            log::warn(
                "db",
                "slow query",
                {{"ms", took.count() / 1000}, {"sql", sql.substr(0, kLoggedSqlBytesMax)}}
            );
        }
        if (options_.on_query) {
            options_.on_query(
                {.sql = sql, .took = took / count, .slow = slow, .failed = &call == culprit}
            );
        }
    }
}

}  // namespace hostelry::db
