// What a plugin may do through the host, and what it may not.
#include "core/platform/log/log.h"

#include "tests/integration/plugin_host/plugin_world.h"
#include "tests/support/scratch_folder.h"

#include <fstream>
#include <sstream>

using namespace hostelry;
using namespace hostelry::plugin_host;

namespace {

class HttpForPlugins : public PluginWorld {
protected:
    void SetUp() override { load_puppet(); }

    void expect_refused_unsent(const std::string& zone, const std::string& sentence) {
        const auto made = create(zone);
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().code, ErrorCode::Invalid);
        EXPECT_NE(made.error().message.find(sentence), std::string::npos) << made.error().message;
        EXPECT_TRUE(gateway.calls().empty());
    }
};

TEST_F(HttpForPlugins, FillsTheSecretIntoTheHeaderOnTheWayOut) {
    const auto made = create("a.test");
    ASSERT_TRUE(made) << made.error().message << " / " << made.error().cause;
    const auto calls = gateway.calls();
    ASSERT_EQ(calls.size(), 1U);
    ASSERT_EQ(calls[0].headers.size(), 1U);
    EXPECT_EQ(calls[0].headers[0].second, "sesame-sesame");
    EXPECT_TRUE(calls[0].wants_private_net);
}

TEST_F(HttpForPlugins, ReachesOnlyHostsThatManifestAndSettingsName) {
    expect_refused_unsent("elsewhere.test", "evil.example");
}

TEST_F(HttpForPlugins, RefusesASecretInABody) {
    expect_refused_unsent("secret-in-body.test", "only stand in a header");
}

TEST_F(HttpForPlugins, RefusesASecretInAnAddress) {
    expect_refused_unsent("secret-in-url.test", "only stand in a header");
}

TEST_F(HttpForPlugins, RefusesASecretThatTheAccountDoesNotHave) {
    expect_refused_unsent("other-secret.test", "has no secret \"root\"");
}

TEST_F(HttpForPlugins, HidesASecretThatTheServiceEchoes) {
    gateway.answer_with(HttpReply{200, {}, "you sent sesame-sesame"});
    const auto made = create("a.test");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->at("etag"), "you sent {{secret:token}}");
}

TEST_F(HttpForPlugins, HandsABodyThatIsNotTextAsBase64) {
    gateway.answer_with(HttpReply{200, {}, "\xff\xfe"});
    const auto made = create("a.test");
    ASSERT_TRUE(made) << made.error().cause;
    EXPECT_EQ(made->at("etag"), "empty");
}

TEST_F(HttpForPlugins, KeepsWhetherALostRequestMayHaveBeenApplied) {
    Error lost{ErrorCode::ProviderUnavailable, "The connection was cut.", {}, {}, {}, true};
    gateway.answer_with(tl::unexpected(lost));
    const auto made = create("a.test");
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::ProviderUnavailable);
    EXPECT_TRUE(made.error().maybe_applied);
}

TEST_F(HttpForPlugins, GivesARequestNoMoreTimeThanTheCallHas) {
    CallOptions options;
    options.timeout = std::chrono::milliseconds(1000);
    ASSERT_TRUE(host.call(kPuppet, "dns/1.zone_create", {{"zone", "a.test"}}, options));
    EXPECT_LE(gateway.calls()[0].timeout, std::chrono::milliseconds(1000));
}

class StoreForPlugins : public PluginWorld {
protected:
    void SetUp() override { load_puppet(); }
    Result<json> count(const std::string& zone, const std::string& account = "default") {
        return host.call(kPuppet, "dns/1.zone_delete", {{"zone", zone}}, {.account = account});
    }
};

TEST_F(StoreForPlugins, KeepsAValueForOneAccountOnly) {
    EXPECT_EQ(count("a.test")->at("existed"), false);
    EXPECT_EQ(count("a.test")->at("existed"), true);
    ASSERT_TRUE(host.configure(kPuppet, puppet_settings(), "second"));
    EXPECT_EQ(count("a.test", "second")->at("existed"), false);
}

TEST_F(StoreForPlugins, HoldsNoMoreThanTheManifestAsksFor) {
    const auto filled = count("fill.test");
    ASSERT_FALSE(filled);
    EXPECT_EQ(filled.error().code, ErrorCode::QuotaExceeded);
}

class LogForPlugins : public PluginWorld {
protected:
    void SetUp() override {
        log::set_up({.format = log::Format::Json, .file = folder_.path("log")});
        load_puppet();
    }
    void TearDown() override { log::set_up({}); }

    /// The lines that plugins wrote, and what was said about them.
    std::vector<json> lines_of(const std::string& zone) {
        CallOptions options;
        options.tenant = "north";
        options.trace = "trace-7";
        EXPECT_TRUE(ask(zone, options));
        log::flush();
        std::vector<json> found;
        std::ifstream file(folder_.path("log"));
        for (std::string line; std::getline(file, line);) {
            auto parsed = json::parse(line);
            if (parsed.value("area", "") == "plugin" && parsed.value("trace", "") == "trace-7") {
                found.push_back(std::move(parsed));
            }
        }
        return found;
    }

private:
    hostelry::testing::ScratchFolder folder_;
};

TEST_F(LogForPlugins, MarksALineWithPluginTenantAndTraceAndHidesSecrets) {
    const auto lines = lines_of("logs.test");
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].at("level"), "warn");
    EXPECT_EQ(lines[0].at("message"), "The service is slow.");
    EXPECT_EQ(lines[0].at("tenant"), "north");
    EXPECT_NE(lines[0].at("plugin").get<std::string>().find(kPuppet), std::string::npos);
    EXPECT_EQ(
        json::parse(lines[0].at("details").get<std::string>()),
        json({{"answer", "with {{secret:token}} inside"}, {"seconds", 7}})
    );
}

TEST_F(LogForPlugins, CutsALongLineWithoutLeavingHalfASecretOrHalfALetter) {
    const auto lines = lines_of("logs-long.test");
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].at("message"), std::string(4096 - 6, 'x') + "{{secr");
    EXPECT_EQ(lines[1].at("message"), std::string(4096 - 1, 'y'));
}

TEST_F(LogForPlugins, DropsWhatIsMoreThan200LinesAndCountsThem) {
    const auto lines = lines_of("logs-much.test");
    ASSERT_EQ(lines.size(), 201U);
    EXPECT_EQ(lines[200].at("dropped"), 50);
    EXPECT_EQ(lines[200].at("plugin"), kPuppet);
}

class ClockForPlugins : public PluginWorld {
protected:
    void SetUp() override { load_puppet(); }
};

TEST_F(ClockForPlugins, IsTheHostsOwn) {
    const auto nanoseconds = [](auto point) {
        return std::chrono::nanoseconds(point.time_since_epoch()).count();
    };
    const auto before = nanoseconds(clock.now());
    const auto before_steady = nanoseconds(clock.steady());
    const auto answer = ask("clock.test");
    ASSERT_TRUE(answer) << answer.error().message;
    long long now = 0;
    long long steady = 0;
    std::istringstream(answer->at("etag").get<std::string>()) >> now >> steady;
    EXPECT_GE(now, before);
    EXPECT_LE(now, nanoseconds(clock.now()));
    EXPECT_GE(steady, before_steady);
    EXPECT_LE(steady, nanoseconds(clock.steady()));
}

}  // namespace
