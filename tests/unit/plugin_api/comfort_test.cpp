// The C++ comfort at the C boundary: what is thrown becomes a status and a problem object, nothing
// passes.
#include "hostelry/plugin.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace {

using hostelry::plugin::Call;
using hostelry::plugin::Collector;
using hostelry::plugin::invalid;
using hostelry::plugin::member;
using hostelry::plugin::Problem;
using nlohmann::json;

struct Example {
    json answer(const Call& call, const json& request) {
        if (request.contains("throw")) {
            throw std::runtime_error("out of order");
        }
        if (request.contains("number")) {
            throw 7;
        }
        if (request.contains("problem")) {
            throw invalid("problem", "Not this one.");
        }
        call.check();
        return {{"tenant", call.tenant()}};
    }
};

class TheComfort : public ::testing::Test {
protected:
    std::int32_t call(const std::string& request) {
        hostelry_call raw{};
        raw.size = sizeof(raw);
        raw.tenant = hostelry::plugin::str("t1");
        raw.ctx = &cancelled;
        raw.cancelled = [](void* ctx) -> std::int32_t { return *static_cast<bool*>(ctx) ? 1 : 0; };
        raw.out = out.sink();
        raw.err = err.sink();
        Example example;
        return member<&Example::answer>(&example, &raw, hostelry::plugin::str(request));
    }
    bool cancelled = false;
    Collector out;
    Collector err;
};

TEST_F(TheComfort, WritesTheAnswer) {
    EXPECT_EQ(call("{}"), HOSTELRY_OK);
    EXPECT_EQ(out.text(), R"({"tenant":"t1"})");
    EXPECT_EQ(err.text(), "");
}

TEST_F(TheComfort, TurnsAnExceptionIntoInternal) {
    EXPECT_EQ(call(R"({"throw":1})"), HOSTELRY_INTERNAL);
    EXPECT_EQ(json::parse(err.text()).at("message"), "out of order");
    EXPECT_EQ(out.text(), "");
}

TEST_F(TheComfort, TurnsAThrownNumberIntoInternal) {
    EXPECT_EQ(call(R"({"number":1})"), HOSTELRY_INTERNAL);
}

TEST_F(TheComfort, TurnsARequestThatIsNotJsonIntoInternal) {
    EXPECT_EQ(call("{"), HOSTELRY_INTERNAL);
}

TEST_F(TheComfort, TellsAProblemWithItsField) {
    EXPECT_EQ(call(R"({"problem":1})"), HOSTELRY_INVALID);
    EXPECT_EQ(json::parse(err.text()).at("field"), "problem");
}

TEST_F(TheComfort, StopsWhenNobodyWaits) {
    cancelled = true;
    EXPECT_EQ(call("{}"), HOSTELRY_CANCELLED);
}

TEST_F(TheComfort, ReadsAProblemOfAHostTableBack) {
    const auto problem = Problem(HOSTELRY_TRANSIENT, "Busy.").retry_after_ms(5).maybe_applied();
    const auto again = Problem::from_json(HOSTELRY_TRANSIENT, problem.to_json().dump());
    EXPECT_EQ(again.to_json(), problem.to_json());
    EXPECT_EQ(Problem::from_json(HOSTELRY_TRANSIENT, "garbage").status(), HOSTELRY_TRANSIENT);
}

}  // namespace
