#pragma once
// Exceptions of the database room. Inside a transaction's function only ConstraintViolation is of
// interest; the rest is caught by Database, which turns it into an Error (lost connection,
// timeouts, serialisation) or lets it pass (bugs).

#include <stdexcept>
#include <string>
#include <utility>

namespace hostelry::db {

class Failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

enum class ConstraintKind { Unique, ForeignKey, Check, NotNull, Exclusion, Policy };

/// A statement broke a constraint; the transaction is over. Stores catch the ones they expect, by
/// name, inside the transaction's function, and return Conflict or Invalid. `Policy` is a row that
/// row-level security does not allow, or a table the role may not touch.
class ConstraintViolation : public Failure {
public:
    ConstraintViolation(ConstraintKind kind_of, std::string name, const std::string& text)
        : Failure(text), kind(kind_of), constraint(std::move(name)) {}

    ConstraintKind kind;
    /// Name of the constraint (or of the column for NotNull); empty when unknown.
    std::string constraint;
};

/// PostgreSQL refused a statement for another reason: a mistake in our SQL, or a raised exception
/// of a function.
class StatementFailed : public Failure {
public:
    StatementFailed(std::string code, const std::string& text)
        : Failure(text), sqlstate(std::move(code)) {}

    std::string sqlstate;
};

/// The statement or the wait for a lock took longer than the transaction allows. Becomes Timeout.
class StatementTimedOut : public Failure {
public:
    using Failure::Failure;
};

/// Another transaction was faster (40001, 40P01). Retried by Database, then Unavailable.
class SerializationFailed : public Failure {
public:
    using Failure::Failure;
};

/// No connection, or it was lost while it was used. Becomes Unavailable.
class ConnectionLost : public Failure {
public:
    using Failure::Failure;
};

/// The connection was lost while COMMIT was under way: nobody knows. Becomes Unavailable with
/// maybe_applied; never retried here. Whoever holds an idempotency key looks by it.
class CommitInDoubt : public Failure {
public:
    using Failure::Failure;
};

/// No free connection within the limit. Becomes Unavailable with retry_after.
class PoolExhausted : public Failure {
public:
    using Failure::Failure;
};

/// What PostgreSQL says when it refuses a statement.
struct Refusal {
    std::string sqlstate;
    std::string text;
    /// The constraint's or the column's name where PostgreSQL tells it apart from the text.
    std::string name{};
};

/// The exception for a refusal on a connection that is still there.
[[noreturn]] void throw_failure(const Refusal& refusal);

}  // namespace hostelry::db
