// The list of statuses is closed and appended to: the values of 1.0 keep their meaning, and each
// has an error code.
#include "core/base/result.h"

#include "hostelry/abi.h"

#include <gtest/gtest.h>

#include <string_view>

using namespace hostelry;

namespace {

struct Row {
    int value;
    std::string_view word;
    std::string_view code;
    bool retry;
};

#define ROW(name, value, word, code, retry) Row{value, word, code, retry != 0},
constexpr Row kRows[] = {HOSTELRY_STATUS_LIST(ROW)};
#undef ROW

TEST(Statuses, AreNumberedWithoutGaps) {
    int next = 0;
    for (const auto& row : kRows) {
        EXPECT_EQ(row.value, next++) << row.word;
    }
}

TEST(Statuses, KeepTheirValues) {
    EXPECT_EQ(HOSTELRY_OK, 0);
    EXPECT_EQ(HOSTELRY_INVALID, 1);
    EXPECT_EQ(HOSTELRY_AUTH, 2);
    EXPECT_EQ(HOSTELRY_NOT_FOUND, 3);
    EXPECT_EQ(HOSTELRY_CONFLICT, 4);
    EXPECT_EQ(HOSTELRY_QUOTA, 5);
    EXPECT_EQ(HOSTELRY_RATE_LIMITED, 6);
    EXPECT_EQ(HOSTELRY_TRANSIENT, 7);
    EXPECT_EQ(HOSTELRY_PERMANENT, 8);
    EXPECT_EQ(HOSTELRY_UNSUPPORTED, 9);
    EXPECT_EQ(HOSTELRY_CANCELLED, 10);
    EXPECT_EQ(HOSTELRY_DEADLINE, 11);
    EXPECT_EQ(HOSTELRY_INTERNAL, 12);
    EXPECT_EQ(HOSTELRY_UNAVAILABLE, 13);
}

TEST(Statuses, NameErrorCodesThatExistAndAgreeOnRetrying) {
    for (const auto& row : kRows) {
        if (row.value == HOSTELRY_OK) {
            continue;
        }
        const auto code = code_from_name(row.code);
        EXPECT_EQ(code_name(code), row.code) << row.word;
        EXPECT_EQ(is_retryable(code), row.retry) << row.word;
    }
}

TEST(Statuses, CallRefusedCredentialsARefusalOfTheProvider) {
    EXPECT_EQ(kRows[HOSTELRY_AUTH].code, "provider_refused");
}

}  // namespace
