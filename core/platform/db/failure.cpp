#include "core/platform/db/failure.h"

#include <array>
#include <string_view>

namespace hostelry::db {
namespace {

/// Where a violation's message names what was violated: the table comes first, except for unique
/// and exclusion constraints, columns and policies.
struct Violation {
    std::string_view sqlstate;
    ConstraintKind kind;
    int place_in_text;
};
constexpr std::array<Violation, 6> kViolations{{
    {"23505", ConstraintKind::Unique, 1},
    {"23503", ConstraintKind::ForeignKey, 2},
    {"23514", ConstraintKind::Check, 2},
    {"23502", ConstraintKind::NotNull, 1},
    {"23P01", ConstraintKind::Exclusion, 1},
    {"42501", ConstraintKind::Policy, 1},
}};

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

}  // namespace

void throw_failure(const Refusal& refusal) {
    const std::string& state = refusal.sqlstate;
    for (const auto& [sqlstate, kind, place] : kViolations) {
        if (state == sqlstate) {
            throw ConstraintViolation(
                kind,
                refusal.name.empty() ? quoted_name(refusal.text, place) : refusal.name,
                refusal.text
            );
        }
    }
    if (state == "57014" || state == "55P03") {
        throw StatementTimedOut(refusal.text);
    }
    if (state.starts_with("40")) {
        throw SerializationFailed(refusal.text);
    }
    if (state.starts_with("08") || state.starts_with("57P")) {
        throw ConnectionLost(refusal.text);
    }
    throw StatementFailed(state, refusal.text);
}

}  // namespace hostelry::db
