#pragma once
// The one vocabulary for outcomes that are expected to fail. Results are values; exceptions are for
// lost connections and bugs, and are caught at the five borders that docs/architecture.md lists.

#include <tl/expected.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace hostelry {

/// What kind of thing went wrong. Closed list: HTTP status, exit code and "retry?" follow from it.
enum class ErrorCode {
    Invalid,              ///< The request is wrong; `fields` says where.
    Unauthenticated,      ///< Nobody is signed in, or the proof was refused.
    Forbidden,            ///< Signed in, but not allowed.
    NotFound,             ///< No such thing, or one that may not be seen.
    Conflict,             ///< The present state does not allow it.
    QuotaExceeded,        ///< A limit of the plan or of the system is reached.
    RateLimited,          ///< Too many requests; `retry_after` says when.
    ProviderRefused,      ///< An outside service said no; asking again will not help.
    ProviderUnavailable,  ///< An outside service did not answer properly; asking again may help.
    Unavailable,          ///< No capacity here; worth trying again or elsewhere.
    Timeout,              ///< It took too long.
    Unsupported,          ///< This installation or backend cannot do it.
    Cancelled,            ///< Somebody asked to stop.
    Internal,             ///< A bug or a broken machine.
};

/// A problem with one named member of a request. `field` is the member's name, as the sender wrote
/// it.
struct FieldError {
    std::string field;
    std::string message;

    friend bool operator==(const FieldError&, const FieldError&) = default;
};

struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;  ///< For the person: what happened, why, what to do. No secrets, no SQL.
    std::vector<FieldError> fields;  ///< With Invalid: one entry per wrong member.
    std::string cause;               ///< For the log only.
    std::optional<std::chrono::milliseconds> retry_after;
    bool maybe_applied = false;  ///< The outside world may have acted: look before acting again.
};

template <class T = void>
using Result = tl::expected<T, Error>;

/// An Error on its way out: `return fail(ErrorCode::NotFound, "There is no such site.");`
tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string cause = {});

/// Invalid with its field errors; the message is a summary made from them.
tl::unexpected<Error> fail_fields(std::vector<FieldError> fields);

int http_status(ErrorCode code);
/// Exit code of the command line: 0 is success, each class of error has its own (docs/operate.md).
int exit_code(ErrorCode code);
/// True when the same call may succeed later without anybody changing anything.
bool is_retryable(ErrorCode code);
/// Stable name used in the API and the database, for example "provider_refused".
std::string_view code_name(ErrorCode code);
/// Inverse of code_name; Internal for a name nobody knows.
ErrorCode code_from_name(std::string_view name);

/// The value of a Result known to hold one; nothing for Result<void>. For TRY.
template <class T>
T take_value(Result<T>&& result) {
    if constexpr (!std::is_void_v<T>) {
        return *std::move(result);
    }
}
template <class T>
T take_value(const Result<T>& result) {
    if constexpr (!std::is_void_v<T>) {
        return *result;
    }
}

}  // namespace hostelry

/// Unwraps a Result or hands its error to the caller. One per statement.
#define TRY(expression)                                            \
    __extension__({                                                \
        auto&& try_result_ = (expression);                         \
        if (!try_result_) {                                        \
            return tl::unexpected(std::move(try_result_).error()); \
        }                                                          \
        ::hostelry::take_value(std::move(try_result_));            \
    })
