// plugins/powerdns against a real PowerDNS, and against failures that a real one shows too seldom.
// Every request that reaches the real one is also held against the vendor's description, where that
// is at hand.
#include "core/platform/plugin_host/outbound_gateway.h"

#include "tests/integration/plugin_host/described_api.h"
#include "tests/integration/plugin_host/plugin_world.h"
#include "tests/integration/plugin_host/real_powerdns.h"

#include <memory>

using namespace hostelry;
using namespace hostelry::plugin_host;

namespace {

using nlohmann::json;

const std::string kPowerdns = "org.hostelry.powerdns";

http::OutboundOptions loopback_allowed() {
    http::OutboundOptions options;
    options.allow_private = {*http::AddressRange::parse("127.0.0.0/8")};
    options.connect_timeout = std::chrono::seconds(5);
    return options;
}

/// The real outbound client, remembering what went through it.
class RecordingGateway final : public HttpGateway {
public:
    Result<HttpReply> send(const HttpCall& call) override {
        calls.push_back(call);
        return outbound_.send(call);
    }
    std::vector<HttpCall> calls;

private:
    OutboundGateway outbound_{loopback_allowed()};
};

class Powerdns : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        if (RealPowerdns::is_installed()) {
            server = std::make_unique<RealPowerdns>();
        }
    }
    static void TearDownTestSuite() { server.reset(); }

    void SetUp() override {
        if (!server) {
            GTEST_SKIP() << "pdns-server, pdns-backend-sqlite3 and sqlite3 are not installed";
        }
        ASSERT_TRUE(server->is_running()) << server->log();
        ASSERT_TRUE(host.load(shipped("powerdns")));
        configure(server->api_key());
        zone =
            ::testing::UnitTest::GetInstance()->current_test_info()->name() + std::string(".test");
        std::transform(zone.begin(), zone.end(), zone.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
    }
    void TearDown() override {
        const auto api = DescribedApi::read("powerdns");
        if (!api || !server) {
            return;
        }
        for (const auto& call : gateway.calls) {
            EXPECT_EQ(api->problem_with(call, server->base_url() + "/api/v1"), "")
                << call.method << " " << call.url << " " << call.body;
        }
    }

    void configure(const std::string& key) {
        const auto configured = host.configure(
            kPowerdns,
            {{"base_url", server->base_url()},
             {"api_key", key},
             {"nameservers", "ns1.example.net NS2.example.net."}}
        );
        ASSERT_TRUE(configured) << configured.error().message;
    }
    Result<json> call(const std::string& member, json request, const std::string& key = "") {
        CallOptions options;
        options.idempotency_key = key;
        return host.call(kPowerdns, "dns/1." + member, request, options);
    }
    json must(const std::string& member, const json& request, const std::string& key = "") {
        auto answer = call(member, request, key);
        EXPECT_TRUE(answer) << member << ": " << answer.error().message << " / "
                            << answer.error().cause;
        return answer ? *answer : json(nullptr);
    }
    json put(const std::string& name, const std::string& type, const json& values) const {
        return {{"op", "put"}, {"name", name}, {"type", type}, {"ttl", 300}, {"values", values}};
    }
    json apply(const json& changes) {
        return must("zone_apply", {{"zone", zone}, {"changes", changes}});
    }
    std::string etag() { return must("zone_get", {{"zone", zone}}).value("etag", ""); }
    json values_of(const std::string& name, const std::string& type) {
        const auto read = must("zone_get", {{"zone", zone}});
        for (const auto& rrset : read.at("rrsets")) {
            if (rrset.at("name") == name && rrset.at("type") == type) {
                return rrset.at("values");
            }
        }
        return nullptr;
    }

    static inline std::unique_ptr<RealPowerdns> server;
    SystemClock clock;
    RecordingGateway gateway;
    MemoryKvStore kv;
    PluginHost host{HostServices{clock, &gateway, kv}};
    std::string zone;
};

TEST_F(Powerdns, MakesAZoneWithTheNameServersOfTheSettings) {
    const auto made = must("zone_create", {{"zone", zone}});
    EXPECT_EQ(made.at("zone").at("name"), zone);
    EXPECT_EQ(made.at("zone").at("writable"), true);
    EXPECT_EQ(made.at("nameservers"), json({"ns1.example.net", "ns2.example.net"}));
    const auto read = must("zone_get", {{"zone", zone}});
    EXPECT_EQ(read.at("etag"), made.at("etag"));
    bool listed = false;
    const auto list = must("zone_list", json::object());
    for (const auto& one : list.at("zones")) {
        listed = listed || one.at("name") == zone;
    }
    EXPECT_TRUE(listed);
}

TEST_F(Powerdns, RefusesAZoneThatIsThere) {
    must("zone_create", {{"zone", zone}});
    const auto again = call("zone_create", {{"zone", zone}});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::Conflict);
}

TEST_F(Powerdns, FindsWhatALostAnswerLeftBehindByTheSameKey) {
    const auto first = must("zone_create", {{"zone", zone}}, "job-1");
    const auto again = must("zone_create", {{"zone", zone}}, "job-1");
    EXPECT_EQ(first, again);
    const auto other = call("zone_create", {{"zone", zone}}, "job-2");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, ErrorCode::Conflict);
}

TEST_F(Powerdns, KeepsEveryKindOfRecordAsItWasGiven) {
    must("zone_create", {{"zone", zone}});
    const std::string long_text(600, 'k');
    apply(json::array({
        put(zone, "A", {"192.0.2.1", "192.0.2.2"}),
        put("www." + zone, "CNAME", {zone}),
        put(zone, "AAAA", {"2001:db8::1"}),
        put(zone, "MX", {"10 mail." + zone}),
        put("_sip._tcp." + zone, "SRV", {"10 5 5060 sip." + zone}),
        put(zone, "CAA", {"0 issue \"ca.example\""}),
        put(zone, "TXT", {"v=spf1 -all", "a \"quoted\" \\ text; caf\u00e9", long_text}),
        put("*." + zone, "A", {"192.0.2.3"}),
    }));
    EXPECT_EQ(values_of(zone, "A"), json({"192.0.2.1", "192.0.2.2"}));
    EXPECT_EQ(values_of("www." + zone, "CNAME"), json({zone}));
    EXPECT_EQ(values_of(zone, "AAAA"), json({"2001:db8::1"}));
    EXPECT_EQ(values_of(zone, "MX"), json({"10 mail." + zone}));
    EXPECT_EQ(values_of("_sip._tcp." + zone, "SRV"), json({"10 5 5060 sip." + zone}));
    EXPECT_EQ(values_of(zone, "CAA"), json({"0 issue \"ca.example\""}));
    EXPECT_EQ(values_of("*." + zone, "A"), json({"192.0.2.3"}));
    std::set<std::string> texts;
    for (const auto& text : values_of(zone, "TXT")) {
        texts.insert(text.get<std::string>());
    }
    EXPECT_EQ(
        texts, (std::set<std::string>{"v=spf1 -all", "a \"quoted\" \\ text; caf\u00e9", long_text})
    );
}

TEST_F(Powerdns, ReplacesAndDeletesWholeSets) {
    must("zone_create", {{"zone", zone}});
    apply(json::array({put("a." + zone, "A", {"192.0.2.1"})}));
    apply(json::array({put("a." + zone, "A", {"192.0.2.9"})}));
    EXPECT_EQ(values_of("a." + zone, "A"), json({"192.0.2.9"}));
    const json gone{{"op", "delete"}, {"name", "a." + zone}, {"type", "A"}};
    apply(json::array({gone}));
    EXPECT_TRUE(values_of("a." + zone, "A").is_null());
    apply(json::array({gone}));
}

TEST_F(Powerdns, RefusesAChangeOfAZoneThatMovedOn) {
    must("zone_create", {{"zone", zone}});
    const auto before = etag();
    const auto applied = must(
        "zone_apply",
        {{"zone", zone},
         {"expected_etag", before},
         {"changes", json::array({put("a." + zone, "A", {"192.0.2.1"})})}}
    );
    EXPECT_NE(applied.at("etag"), before);
    EXPECT_EQ(applied.at("etag"), etag());
    const auto late = call(
        "zone_apply",
        {{"zone", zone},
         {"expected_etag", before},
         {"changes", json::array({put("b." + zone, "A", {"192.0.2.2"})})}}
    );
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::Conflict);
    EXPECT_TRUE(values_of("b." + zone, "A").is_null());
}

TEST_F(Powerdns, AppliesAllOfAChangesetOrNothing) {
    must("zone_create", {{"zone", zone}});
    apply(json::array({put("a." + zone, "A", {"192.0.2.1"})}));
    const auto clash = call(
        "zone_apply",
        {{"zone", zone},
         {"changes",
          json::array(
              {put("b." + zone, "A", {"192.0.2.2"}), put("a." + zone, "CNAME", {"b." + zone})}
          )}}
    );
    ASSERT_FALSE(clash);
    EXPECT_EQ(clash.error().code, ErrorCode::Invalid);
    EXPECT_NE(clash.error().message.find("Conflicts"), std::string::npos) << clash.error().message;
    EXPECT_TRUE(values_of("b." + zone, "A").is_null());
}

TEST_F(Powerdns, SaysWhatIsWrongWithAValue) {
    must("zone_create", {{"zone", zone}});
    const auto address = call(
        "zone_apply",
        {{"zone", zone}, {"changes", json::array({put(zone, "A", {"not an address"})})}}
    );
    ASSERT_FALSE(address);
    EXPECT_EQ(address.error().code, ErrorCode::Invalid);
    const auto mail =
        call("zone_apply", {{"zone", zone}, {"changes", json::array({put(zone, "MX", {"mail"})})}});
    ASSERT_FALSE(mail);
    EXPECT_EQ(mail.error().fields.at(0).field, "changes");
    const auto twice = call(
        "zone_apply",
        {{"zone", zone},
         {"changes", json::array({put(zone, "A", {"192.0.2.1"}), put(zone, "A", {"192.0.2.2"})})}}
    );
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code, ErrorCode::Invalid);
    const auto elsewhere = call(
        "zone_apply",
        {{"zone", zone}, {"changes", json::array({put("other.example", "A", {"192.0.2.1"})})}}
    );
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(elsewhere.error().code, ErrorCode::Invalid);
}

TEST_F(Powerdns, SignsAZoneOnceAndUnsignsIt) {
    must("zone_create", {{"zone", zone}});
    const auto first = must("zone_dnssec", {{"zone", zone}, {"enabled", true}});
    EXPECT_EQ(first.at("enabled"), true);
    ASSERT_FALSE(first.at("ds").empty());
    EXPECT_EQ(must("zone_dnssec", {{"zone", zone}, {"enabled", true}}), first);
    EXPECT_EQ(must("zone_get", {{"zone", zone}}).at("zone").at("dnssec"), true);
    apply(json::array({put("a." + zone, "A", {"192.0.2.1"})}));
    EXPECT_EQ(must("zone_dnssec", {{"zone", zone}, {"enabled", false}}).at("enabled"), false);
    EXPECT_EQ(must("zone_get", {{"zone", zone}}).at("zone").at("dnssec"), false);
}

TEST_F(Powerdns, RemovesAZoneAndDoesNotMissOneThatIsGone) {
    must("zone_create", {{"zone", zone}});
    EXPECT_EQ(must("zone_delete", {{"zone", zone}}).at("existed"), true);
    EXPECT_EQ(must("zone_delete", {{"zone", zone}}).at("existed"), false);
    const auto read = call("zone_get", {{"zone", zone}});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::NotFound);
}

TEST_F(Powerdns, CallsAWrongKeyARefusalOfTheProvider) {
    configure("wrong-key");
    const auto zones = call("zone_list", json::object());
    ASSERT_FALSE(zones);
    EXPECT_EQ(zones.error().code, ErrorCode::ProviderRefused);
    EXPECT_FALSE(is_retryable(zones.error().code));
    EXPECT_EQ(host.selftest(kPowerdns).error().code, ErrorCode::ProviderRefused);
}

TEST_F(Powerdns, TestsTheConnection) {
    const auto seen = host.selftest(kPowerdns);
    ASSERT_TRUE(seen) << seen.error().message;
    EXPECT_TRUE(seen->starts_with("PowerDNS 4.")) << *seen;
}

TEST_F(Powerdns, CallsAServerThatDoesNotAnswerUnavailable) {
    ASSERT_TRUE(host.configure(
        kPowerdns,
        {{"base_url", "http://127.0.0.1:1"}, {"api_key", "x"}, {"nameservers", "ns1.example.net"}}
    ));
    const auto zones = call("zone_list", json::object());
    ASSERT_FALSE(zones);
    EXPECT_EQ(zones.error().code, ErrorCode::ProviderUnavailable);
    EXPECT_TRUE(is_retryable(zones.error().code));
    gateway.calls.clear();
}

/// The vendor's own description must be at hand where CI runs; elsewhere this says that it is not.
TEST(PowerdnsDescription, IsHeldAgainstEveryRequest) {
    if (!DescribedApi::read("powerdns")) {
        GTEST_SKIP() << "the vendors' descriptions are not beside the sources";
    }
    const auto api = DescribedApi::read("powerdns");
    HttpCall call;
    call.method = "PATCH";
    call.url = "http://x/api/v1/servers/localhost/zones/a.test.";
    call.body = R"({"rrsets":[{"name":"a.test.","type":"A","records":[{"contents":"1"}]}]})";
    EXPECT_NE(api->problem_with(call, "http://x/api/v1"), "");
    call.body = R"({"rrsets":[{"name":"a.test.","type":"A","changetype":"DELETE","records":[]}]})";
    EXPECT_EQ(api->problem_with(call, "http://x/api/v1"), "");
    call.method = "DELETE";
    call.url = "http://x/api/v1/servers/localhost/nothing";
    EXPECT_NE(api->problem_with(call, "http://x/api/v1"), "");
}

/// Failures, each as the service or something between would give it.
class PowerdnsFailures : public PluginWorld {
protected:
    void SetUp() override {
        ASSERT_TRUE(host.load(shipped("powerdns")));
        ASSERT_TRUE(host.configure(
            kPowerdns,
            {{"base_url", "http://10.0.0.5:8081/"},
             {"api_key", "sesame-sesame"},
             {"nameservers", "ns1.example.net"}}
        ));
    }
    /// Lets the zone be found and answers all else with `reply`.
    void answer_changes_with(const Result<HttpReply>& reply) {
        gateway.respond_with([reply](const HttpCall& call) -> Result<HttpReply> {
            if (call.url.find("?zone=") != std::string::npos) {
                return HttpReply{
                    200, {}, R"([{"id":"a=5Fb.test.","name":"a_b.test.","kind":"Native"}])"};
            }
            return reply;
        });
    }
    Result<json> create() {
        return host.call(kPowerdns, "dns/1.zone_create", {{"zone", "a.test"}});
    }
    Result<json> apply() {
        return host.call(
            kPowerdns,
            "dns/1.zone_apply",
            {{"zone", "a_b.test"},
             {"changes", {{{"op", "delete"}, {"name", "a_b.test"}, {"type", "A"}}}}}
        );
    }
};

TEST_F(PowerdnsFailures, TakeTheIdThatTheServiceGivesAZone) {
    answer_changes_with(HttpReply{422, {}, R"({"error":"no"})"});
    EXPECT_FALSE(apply());
    EXPECT_EQ(
        gateway.calls().back().url,
        "http://10.0.0.5:8081/api/v1/servers/localhost/zones/a=5Fb.test."
    );
}

TEST_F(PowerdnsFailures, AreRetryableWhenTheServiceFailsAndSayThatItMayHaveActed) {
    answer_changes_with(HttpReply{500, {}, "Internal Server Error"});
    const auto applied = apply();
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, ErrorCode::ProviderUnavailable);
    EXPECT_TRUE(applied.error().maybe_applied);
    EXPECT_NE(applied.error().cause.find("500"), std::string::npos);
}

TEST_F(PowerdnsFailures, DoNotShowAProxysPage) {
    gateway.answer_with(HttpReply{502, {}, "<html><h1>Bad Gateway</h1></html>"});
    const auto made = create();
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().message.find('<'), std::string::npos) << made.error().message;
}

TEST_F(PowerdnsFailures, KeepThatALostCreateMayHaveBeenApplied) {
    gateway.answer_with(tl::unexpected(Error{
        ErrorCode::ProviderUnavailable, "The connection was cut.", {}, {}, {}, true}));
    const auto made = create();
    ASSERT_FALSE(made);
    EXPECT_TRUE(made.error().maybe_applied);
    EXPECT_EQ(made.error().code, ErrorCode::ProviderUnavailable);
}

TEST_F(PowerdnsFailures, CarryThePlainReason) {
    answer_changes_with(HttpReply{
        422, {}, R"({"error":"RRset a.test. IN A: Not in expected format"})"});
    const auto applied = apply();
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, ErrorCode::Invalid);
    EXPECT_NE(applied.error().message.find("Not in expected format"), std::string::npos);
    gateway.answer_with(HttpReply{409, {}, "Conflict"});
    EXPECT_FALSE(create());
}

TEST_F(PowerdnsFailures, ASuccessThatIsNotJsonIsNotBelieved) {
    gateway.answer_with(HttpReply{200, {}, "[{\"id\": \"a.te"});
    const auto zones = host.call(kPowerdns, "dns/1.zone_list", json::object());
    ASSERT_FALSE(zones);
    EXPECT_EQ(zones.error().code, ErrorCode::ProviderUnavailable);
}

TEST_F(PowerdnsFailures, AZoneInAShapeNobodyExpectsIsABugAndNotACrash) {
    gateway.answer_with(HttpReply{200, {}, R"([{"name": 7}])"});
    const auto zones = host.call(kPowerdns, "dns/1.zone_list", json::object());
    ASSERT_FALSE(zones);
    EXPECT_EQ(zones.error().code, ErrorCode::Internal);
}

TEST_F(PowerdnsFailures, AZoneOfASecondaryIsShownAsReadOnly) {
    gateway.answer_with(HttpReply{
        200, {}, R"([{"id":"a.test.","name":"A.test.","kind":"Slave","serial":7}])"});
    const auto zones = host.call(kPowerdns, "dns/1.zone_list", json::object());
    ASSERT_TRUE(zones) << zones.error().cause;
    EXPECT_EQ(zones->at("zones").at(0).at("writable"), false);
    EXPECT_EQ(zones->at("zones").at(0).at("name"), "a.test");
}

}  // namespace
