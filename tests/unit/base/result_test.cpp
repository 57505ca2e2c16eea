#include "core/base/result.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace hostelry {
namespace {

struct Promised {
    ErrorCode code;
    std::string_view name;
    int http_status;
    int exit_code;
};

// What docs/operate.md and docs/api.md promise to programs.
constexpr Promised kPromised[] = {
    {ErrorCode::Invalid, "invalid", 422, 2},
    {ErrorCode::Unauthenticated, "unauthenticated", 401, 3},
    {ErrorCode::Forbidden, "forbidden", 403, 4},
    {ErrorCode::NotFound, "not_found", 404, 5},
    {ErrorCode::Conflict, "conflict", 409, 6},
    {ErrorCode::QuotaExceeded, "quota_exceeded", 409, 7},
    {ErrorCode::RateLimited, "rate_limited", 429, 8},
    {ErrorCode::ProviderRefused, "provider_refused", 502, 9},
    {ErrorCode::ProviderUnavailable, "provider_unavailable", 502, 10},
    {ErrorCode::Unavailable, "unavailable", 503, 11},
    {ErrorCode::Timeout, "timeout", 504, 12},
    {ErrorCode::Unsupported, "unsupported", 501, 13},
    {ErrorCode::Cancelled, "cancelled", 409, 14},
    {ErrorCode::Internal, "internal", 500, 1},
};

TEST(ErrorCodes, KeepTheirNamesStatusesAndExitCodes) {
    std::set<int> exits;
    for (const auto& promised : kPromised) {
        EXPECT_EQ(code_name(promised.code), promised.name);
        EXPECT_EQ(code_from_name(promised.name), promised.code);
        EXPECT_EQ(http_status(promised.code), promised.http_status) << promised.name;
        EXPECT_EQ(exit_code(promised.code), promised.exit_code) << promised.name;
        exits.insert(exit_code(promised.code));
    }
    EXPECT_EQ(exits.size(), std::size(kPromised)) << "each class has an exit code of its own";
    EXPECT_FALSE(exits.contains(0));
}

TEST(ErrorCodes, TakeAnUnknownNameForABug) {
    EXPECT_EQ(code_from_name("something_of_a_later_release"), ErrorCode::Internal);
}

TEST(Refusals, OfFieldsSayTheOneMistakeOrHowManyThereAre) {
    const auto one = fail_fields({{"name", "Name is missing."}});
    EXPECT_EQ(one.value().message, "Name is missing.");
    EXPECT_EQ(one.value().code, ErrorCode::Invalid);
    EXPECT_EQ(fail_fields({{"a", "A."}, {"b", "B."}}).value().message, "2 fields need attention.");
}

}  // namespace
}  // namespace hostelry
