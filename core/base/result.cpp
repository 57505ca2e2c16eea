#include "core/base/result.h"

#include <array>

namespace hostelry {
namespace {

struct CodeFacts {
    ErrorCode code;
    std::string_view name;
    int http_status;
    int exit_code;
    bool retryable;
};

// One row per code, in the order of the enumeration.
constexpr std::array kCodes{
    CodeFacts{ErrorCode::Invalid, "invalid", 422, 2, false},
    CodeFacts{ErrorCode::Unauthenticated, "unauthenticated", 401, 3, false},
    CodeFacts{ErrorCode::Forbidden, "forbidden", 403, 4, false},
    CodeFacts{ErrorCode::NotFound, "not_found", 404, 5, false},
    CodeFacts{ErrorCode::Conflict, "conflict", 409, 6, false},
    CodeFacts{ErrorCode::QuotaExceeded, "quota_exceeded", 409, 7, false},
    CodeFacts{ErrorCode::RateLimited, "rate_limited", 429, 8, true},
    CodeFacts{ErrorCode::ProviderRefused, "provider_refused", 502, 9, false},
    CodeFacts{ErrorCode::ProviderUnavailable, "provider_unavailable", 502, 10, true},
    CodeFacts{ErrorCode::Unavailable, "unavailable", 503, 11, true},
    CodeFacts{ErrorCode::Timeout, "timeout", 504, 12, true},
    CodeFacts{ErrorCode::Unsupported, "unsupported", 501, 13, false},
    CodeFacts{ErrorCode::Cancelled, "cancelled", 409, 14, false},
    CodeFacts{ErrorCode::Internal, "internal", 500, 1, false},
};

const CodeFacts& facts(ErrorCode code) {
    return kCodes.at(static_cast<std::size_t>(code));
}

}  // namespace

tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string cause) {
    Error error;
    error.code = code;
    error.message = std::move(message);
    error.cause = std::move(cause);
    return tl::unexpected(std::move(error));
}

tl::unexpected<Error> fail_fields(std::vector<FieldError> fields) {
    Error error;
    error.code = ErrorCode::Invalid;
    error.message = fields.size() == 1 ? fields.front().message
                                       : std::to_string(fields.size()) + " fields need attention.";
    error.fields = std::move(fields);
    return tl::unexpected(std::move(error));
}

int http_status(ErrorCode code) {
    return facts(code).http_status;
}
int exit_code(ErrorCode code) {
    return facts(code).exit_code;
}
bool is_retryable(ErrorCode code) {
    return facts(code).retryable;
}
std::string_view code_name(ErrorCode code) {
    return facts(code).name;
}

ErrorCode code_from_name(std::string_view name) {
    for (const auto& row : kCodes) {
        if (row.name == name) {
            return row.code;
        }
    }
    return ErrorCode::Internal;
}

}  // namespace hostelry
