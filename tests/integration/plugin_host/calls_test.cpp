// One call in all its endings: right, wrong request, wrong answer, failure, exception, deadline,
// cancel.
#include "tests/integration/plugin_host/plugin_world.h"

#include <atomic>
#include <future>
#include <thread>

using namespace hostelry;
using namespace hostelry::plugin_host;

namespace {

class CallingAPlugin : public PluginWorld {
protected:
    void SetUp() override { load_puppet(); }
};

TEST_F(CallingAPlugin, AnswersWhatTheMemberAnswered) {
    const auto zone = ask("ok.test");
    ASSERT_TRUE(zone) << zone.error().cause;
    EXPECT_EQ(zone->at("etag"), "etag-ok.test");
}

TEST_F(CallingAPlugin, RefusesARequestThatBreaksTheSchemaAndNamesTheMember) {
    const auto missing = host.call(kPuppet, "dns/1.zone_get", json::object());
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::Invalid);

    const auto wrong = host.call(kPuppet, "dns/1.zone_get", {{"zone", "UPPER.test"}});
    ASSERT_FALSE(wrong);
    ASSERT_EQ(wrong.error().fields.size(), 1U);
    EXPECT_EQ(wrong.error().fields[0].field, "zone");

    const auto unknown = host.call(kPuppet, "dns/1.zone_get", {{"zone", "a.test"}, {"more", 1}});
    EXPECT_FALSE(unknown);
}

TEST_F(CallingAPlugin, RefusesAChangeThatPutsNoValues) {
    const auto applied = host.call(
        kPuppet,
        "dns/1.zone_apply",
        {{"zone", "a.test"}, {"changes", {{{"op", "put"}, {"name", "a.test"}, {"type", "A"}}}}}
    );
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, ErrorCode::Invalid);
}

TEST_F(CallingAPlugin, SurvivesVeryLongTextInARequest) {
    const auto zone = ask(std::string(1U << 20, 'a'));
    ASSERT_FALSE(zone);
    EXPECT_EQ(zone.error().code, ErrorCode::Invalid);
}

TEST_F(CallingAPlugin, DoesNotBelieveAnAnswerThatBreaksTheSchema) {
    const auto zone = ask("answers-wrongly.test");
    ASSERT_FALSE(zone);
    EXPECT_EQ(zone.error().code, ErrorCode::Internal);
    EXPECT_NE(zone.error().cause.find("etag"), std::string::npos) << zone.error().cause;
}

TEST_F(CallingAPlugin, DoesNotBelieveAnAnswerThatIsNotJson) {
    const auto dnssec =
        host.call(kPuppet, "dns/1.zone_dnssec", {{"zone", "a.test"}, {"enabled", true}});
    ASSERT_FALSE(dnssec);
    EXPECT_EQ(dnssec.error().code, ErrorCode::Internal);
}

TEST_F(CallingAPlugin, StopsAnAnswerThatIsTooLarge) {
    const auto zone = ask("answers-much.test");
    ASSERT_FALSE(zone);
    EXPECT_EQ(zone.error().code, ErrorCode::QuotaExceeded);
}

TEST_F(CallingAPlugin, HandsOnAProblemWithAllItsFacts) {
    const auto zone = ask("busy.test");
    ASSERT_FALSE(zone);
    const auto& error = zone.error();
    EXPECT_EQ(error.code, ErrorCode::ProviderUnavailable);
    EXPECT_TRUE(is_retryable(error.code));
    EXPECT_EQ(error.message, "The service is busy.");
    EXPECT_EQ(error.retry_after, std::chrono::milliseconds(1500));
    EXPECT_TRUE(error.maybe_applied);
    EXPECT_NE(error.cause.find("E503"), std::string::npos);
}

TEST_F(CallingAPlugin, NamesTheFieldOfAProblem) {
    const auto zone = ask("field.test");
    ASSERT_FALSE(zone);
    ASSERT_EQ(zone.error().fields.size(), 1U);
    EXPECT_EQ(zone.error().fields[0].field, "zone");
}

TEST_F(CallingAPlugin, TurnsExceptionsIntoInternalAndKeepsTheirTextFromPeople) {
    for (const auto* name : {"throws.test", "throws-an-integer.test"}) {
        const auto zone = ask(name);
        ASSERT_FALSE(zone);
        EXPECT_EQ(zone.error().code, ErrorCode::Internal);
        EXPECT_EQ(zone.error().message.find("hunter2"), std::string::npos);
    }
}

TEST_F(CallingAPlugin, ReadsAnUnknownStatusAsInternal) {
    const auto zone = ask("unknown-status.test");
    ASSERT_FALSE(zone);
    EXPECT_EQ(zone.error().code, ErrorCode::Internal);
}

TEST_F(CallingAPlugin, BlanksSecretsInWhatAPluginReports) {
    const auto zone = ask("tells-secret.test");
    ASSERT_FALSE(zone);
    EXPECT_EQ(zone.error().message, "The service said: bad key {{secret:token}}.");
}

TEST_F(CallingAPlugin, EndsAtTheDeadline) {
    const auto zone = ask("waits.test", {.timeout = std::chrono::milliseconds(30)});
    ASSERT_FALSE(zone);
    EXPECT_EQ(zone.error().code, ErrorCode::Timeout);
}

TEST_F(CallingAPlugin, EndsSoonAfterItIsCancelled) {
    std::atomic<int> asked{0};
    const auto zone = ask("waits.test", {.cancelled = [&] { return ++asked > 2; }});
    ASSERT_FALSE(zone);
    EXPECT_EQ(zone.error().code, ErrorCode::Cancelled);
}

TEST_F(CallingAPlugin, PassesProgressOn) {
    std::string seen;
    CallOptions options;
    options.on_progress = [&](const std::string& note, std::optional<int>) { seen = note; };
    ASSERT_TRUE(ask("progress.test", options));
    EXPECT_EQ(seen, "half way");
}

TEST_F(CallingAPlugin, TellsAPluginItsSettingsWithoutSecretsAndWithDefaults) {
    CallOptions options;
    options.tenant = "tenant-1";
    options.idempotency_key = "key-1";
    const auto zones = host.call(kPuppet, "dns/1.zone_list", json::object(), options);
    ASSERT_TRUE(zones);
    const auto seen = zones->at("zones").at(0).at("id").get<std::string>();
    EXPECT_EQ(
        seen,
        R"({"base_url":"https://dns.example:8443","retries":2,"token":"{{secret:token}}"} tenant-1 key-1)"
    );
}

TEST_F(CallingAPlugin, RefusesAMalformedIdempotencyKey) {
    CallOptions options;
    options.idempotency_key = "not a key";
    EXPECT_FALSE(ask("ok.test", options));
}

TEST_F(CallingAPlugin, DoesNotKnowOtherPluginsMethodsOrAccounts) {
    EXPECT_EQ(
        host.call("org.example.none", "dns/1.zone_list", json::object()).error().code,
        ErrorCode::NotFound
    );
    EXPECT_EQ(
        host.call(kPuppet, "dns/1.no_such", json::object()).error().code, ErrorCode::Unsupported
    );
    EXPECT_EQ(
        host.call(kPuppet, "billing/1.charge", json::object()).error().code, ErrorCode::Unsupported
    );
    EXPECT_EQ(
        host.call(kPuppet, "dns/1.op_poll", json::object()).error().code, ErrorCode::Unsupported
    );
    EXPECT_EQ(ask("ok.test", {.account = "other"}).error().code, ErrorCode::NotFound);
}

TEST_F(CallingAPlugin, KeepsAccountsApart) {
    auto other = puppet_settings();
    other["base_url"] = "https://second.example";
    ASSERT_TRUE(host.configure(kPuppet, other, "second"));
    ASSERT_TRUE(host.call(kPuppet, "dns/1.zone_create", {{"zone", "a.test"}}, {.account = "second"})
    );
    ASSERT_TRUE(create("a.test"));
    EXPECT_EQ(gateway.calls()[0].url, "https://second.example/zones");
    EXPECT_EQ(gateway.calls()[1].url, "https://dns.example:8443/zones");
}

TEST_F(CallingAPlugin, RefusesSettingsThatBreakTheSchema) {
    const auto refused =
        host.configure(kPuppet, {{"base_url", "not an address"}, {"retries", 9}, {"odd", 1}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fields.size(), 3U);
}

TEST_F(CallingAPlugin, KeepsTheOldSettingsWhenThePluginRefusesNewOnes) {
    const auto refused = host.configure(kPuppet, {{"base_url", "https://refused.example"}});
    ASSERT_FALSE(refused);
    ASSERT_EQ(refused.error().fields.size(), 1U);
    EXPECT_EQ(refused.error().fields[0].field, "base_url");
    ASSERT_TRUE(create("a.test"));
    EXPECT_EQ(gateway.calls()[0].url, "https://dns.example:8443/zones");
}

TEST_F(CallingAPlugin, TestsAConnection) {
    const auto seen = host.selftest(kPuppet);
    ASSERT_TRUE(seen);
    EXPECT_EQ(*seen, "It answers.");
}

TEST_F(CallingAPlugin, ServesManyThreadsWhileItsSettingsChange) {
    std::vector<std::future<int>> callers;
    for (int caller = 0; caller < 4; ++caller) {
        callers.push_back(std::async(std::launch::async, [this] {
            int right = 0;
            for (int round = 0; round < 50; ++round) {
                right += ask("ok.test") ? 1 : 0;
            }
            return right;
        }));
    }
    for (int round = 0; round < 20; ++round) {
        auto settings = puppet_settings();
        settings["retries"] = round % 5;
        EXPECT_TRUE(host.configure(kPuppet, settings));
    }
    for (auto& caller : callers) {
        EXPECT_EQ(caller.get(), 50);
    }
}

TEST_F(CallingAPlugin, WaitsForRunningCallsWhenItStops) {
    auto running = std::async(std::launch::async, [this] {
        return host.call(
            kPuppet,
            "dns/1.zone_apply",
            {{"zone", "a.test"},
             {"changes", {{{"op", "delete"}, {"name", "a.test"}, {"type", "A"}}}}}
        );
    });
    // Stopped before or after the call entered: either it ends well, or it was not let in.
    ASSERT_TRUE(host.stop(std::chrono::seconds(5)));
    const auto ended = running.get();
    EXPECT_TRUE(ended || ended.error().code == ErrorCode::Unavailable) << ended.error().message;
    const auto later = ask("ok.test");
    ASSERT_FALSE(later);
    EXPECT_EQ(later.error().code, ErrorCode::Unavailable);
}

}  // namespace
