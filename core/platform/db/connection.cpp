#include "core/platform/db/connection.h"

#include "core/platform/db/dsn.h"
#include "core/platform/log/log.h"

#include <fmt/format.h>

#include <stdexcept>
#include <vector>

namespace hostelry::db {
namespace {

constexpr std::size_t kPreparedMax = 400;  // per connection; texts are constants of our stores
constexpr std::size_t kLoggedSqlBytesMax = 300;

std::string start_settings(const DatabaseOptions& options) {
    return fmt::format(
        "set client_encoding = 'UTF8'; set timezone = 'UTC'; set datestyle = 'ISO';"
        "set bytea_output = 'hex'; set search_path = hostelry; set statement_timeout = {};"
        "set lock_timeout = {}; set idle_in_transaction_session_timeout = {}",
        options.statement_timeout.count(),
        options.lock_timeout.count(),
        options.idle_in_transaction_timeout.count()
    );
}

std::string begin_script(std::optional<TenantId> tenant, const TransactionOptions& options) {
    std::string script = "begin";
    switch (options.isolation) {
        case Isolation::ReadCommitted:
            break;
        case Isolation::RepeatableRead:
            script += " isolation level repeatable read";
            break;
        case Isolation::Serializable:
            script += " isolation level serializable";
            break;
    }
    script += options.read_only ? " read only" : "";
    if (tenant) {
        // A UUID's text is hex digits and dashes: safe inside the quotes.
        script += "; set local app.tenant = '" + tenant->to_string() + "'";
    }
    if (options.statement_timeout) {
        script +=
            fmt::format("; set local statement_timeout = {}", options.statement_timeout->count());
    }
    if (options.asynchronous_commit) {
        script += "; set local synchronous_commit = off";
    }
    return script;
}

/// The n-th double-quoted name of a message: `violates unique constraint "sites_domain"`.
std::string quoted_name(std::string_view message, int n) {
    message = message.substr(0, message.find('\n'));
    std::size_t from = 0;
    for (int i = 1;; ++i) {
        const auto open = message.find('"', from);
        const auto close = open == std::string_view::npos ? open : message.find('"', open + 1);
        if (close == std::string_view::npos) {
            return {};
        }
        if (i == n) {
            return std::string(message.substr(open + 1, close - open - 1));
        }
        from = close + 1;
    }
}

/// Messages name the table first, except for unique and exclusion constraints.
[[noreturn]] void throw_violation(ConstraintKind kind, int name_place, const std::string& text) {
    throw ConstraintViolation(kind, quoted_name(text, name_place), text);
}

[[noreturn]] void throw_by_state(const pqxx::sql_error& error) {
    const std::string& state = error.sqlstate();
    const std::string text = error.what();
    if (state == "57014" || state == "55P03") {
        throw StatementTimedOut(text);
    }
    if (state == "40001" || state == "40P01") {
        throw SerializationFailed(text);
    }
    if (state.starts_with("08") || state.starts_with("57P")) {
        throw ConnectionLost(text);
    }
    if (state == "23P01") {
        throw_violation(ConstraintKind::Exclusion, 1, text);
    }
    throw StatementFailed(state, text);
}

}  // namespace

Connection::Connection(const DatabaseOptions& options, const Clock& clock)
    : options_(options), clock_(clock), opened_at_(clock.steady()) {
    try {
        link_ = std::make_unique<pqxx::connection>(with_connect_timeout(
            options.dsn, std::chrono::duration_cast<std::chrono::seconds>(options.connect_timeout)
        ));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
        // Reconnecting behind our back would lose the tenant in the middle of a transaction. The
        // deprecated call is the only way to say so.
        link_->inhibit_reactivation(true);
#pragma GCC diagnostic pop
        session_.emplace(*link_);
        session_->exec(start_settings(options));
    } catch (const pqxx::failure& error) {
        throw ConnectionLost(error.what());
    }
}

template <class Call>
pqxx::result Connection::measured(std::string_view sql, Call call) {
    const auto started = clock_.steady();
    const auto tell = [&](bool failed) {
        const auto took =
            std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady() - started);
        const bool slow = took >= options_.slow_after;
        if (slow) {
            log::warn(
                "db",
                "slow query",
                {{"ms", took.count() / 1000}, {"sql", sql.substr(0, kLoggedSqlBytesMax)}}
            );
        }
        if (options_.on_query) {
            options_.on_query({.sql = sql, .took = took, .slow = slow, .failed = failed});
        }
    };
    try {
        pqxx::result answer = call();
        tell(false);
        return answer;
    } catch (...) {
        transaction_failed_ = true;
        tell(true);
        translate();
    }
}

void Connection::translate() {
    try {
        throw;
    } catch (const pqxx::broken_connection& error) {
        poison();
        throw ConnectionLost(error.what());
    } catch (const pqxx::unique_violation& error) {
        throw_violation(ConstraintKind::Unique, 1, error.what());
    } catch (const pqxx::foreign_key_violation& error) {
        throw_violation(ConstraintKind::ForeignKey, 2, error.what());
    } catch (const pqxx::check_violation& error) {
        throw_violation(ConstraintKind::Check, 2, error.what());
    } catch (const pqxx::not_null_violation& error) {
        throw_violation(ConstraintKind::NotNull, 1, error.what());
    } catch (const pqxx::insufficient_privilege& error) {
        throw_violation(ConstraintKind::Policy, 1, error.what());
    } catch (const pqxx::transaction_rollback& error) {
        throw SerializationFailed(error.what());
    } catch (const pqxx::feature_not_supported& error) {
        if (std::string_view{error.what()}.find("cached plan must not change") !=
            std::string_view::npos) {
            poison();  // a migration changed a table under our prepared statements
            throw SerializationFailed(error.what());
        }
        throw StatementFailed(error.sqlstate(), error.what());
    } catch (const pqxx::sql_error& error) {
        if (!link_->is_open()) {
            poison();
            throw ConnectionLost(error.what());
        }
        throw_by_state(error);
    } catch (const pqxx::failure& error) {
        poison();
        throw ConnectionLost(error.what());
    }
}

void Connection::begin(std::optional<TenantId> tenant, const TransactionOptions& options) {
    transaction_failed_ = false;
    const std::string script = begin_script(tenant, options);
    try {
        session_->exec(script);
    } catch (...) {
        poison();
        translate();
    }
    in_transaction_ = true;
}

void Connection::commit() {
    if (transaction_failed_) {
        throw std::logic_error(
            "A statement failed and was ignored: COMMIT would silently roll back."
        );
    }
    in_transaction_ = false;
    try {
        session_->exec("commit");
    } catch (const pqxx::broken_connection& error) {
        poison();
        throw CommitInDoubt(error.what());
    } catch (const pqxx::sql_error&) {
        if (!link_->is_open()) {
            poison();
            throw CommitInDoubt("the connection was lost while COMMIT was under way");
        }
        translate();
    } catch (const pqxx::failure& error) {
        poison();
        throw CommitInDoubt(error.what());
    }
}

void Connection::roll_back() noexcept {
    if (!in_transaction_ || poisoned_) {
        return;
    }
    in_transaction_ = false;
    try {
        session_->exec("rollback");
    } catch (const std::exception&) {
        poison();  // the server rolls back when the connection is closed
    }
}

pqxx::result Connection::run(std::string_view sql, std::span<const Param> params) {
    std::vector<const char*> texts;
    texts.reserve(params.size());
    for (const auto& param : params) {
        texts.push_back(param.c_str());
    }
    const auto list = pqxx::prepare::make_dynamic_params(texts);
    return measured(sql, [&] {
        const std::string* name = prepared_name(sql);
        return name != nullptr ? session_->exec_prepared(*name, list)
                               : session_->exec_params(std::string(sql), list);
    });
}

void Connection::run_script(std::string_view sql) {
    measured(sql, [&] { return session_->exec(std::string(sql)); });
}

const std::string* Connection::prepared_name(std::string_view sql) {
    std::string text(sql);
    if (const auto found = statements_.find(text); found != statements_.end()) {
        return &found->second;
    }
    if (statements_.size() >= kPreparedMax) {
        return nullptr;
    }
    std::string name = fmt::format("s{}", statements_.size());
    link_->prepare(name, text);
    return &statements_.emplace(std::move(text), std::move(name)).first->second;
}

bool Connection::answers() {
    try {
        session_->exec("select 1");
        return true;
    } catch (const std::exception&) {
        poison();
        return false;
    }
}

}  // namespace hostelry::db
