#include "core/features/dns/record_rules.h"

#include "core/features/dns/zone_name.h"

#include <gtest/gtest.h>

using namespace hostelry;
using namespace hostelry::dns;

namespace {

constexpr auto kZoneName = "example.com";

struct ValueCase {
    const char* name;
    const char* type;
    const char* typed;
    const char* stored;  ///< Null: refused.
};

std::ostream& operator<<(std::ostream& out, const ValueCase& one) {
    return out << one.type << " " << one.name << " \"" << one.typed << "\"";
}

class RecordValue : public ::testing::TestWithParam<ValueCase> {};

TEST_P(RecordValue, IsStoredInOneFormOrRefused) {
    const auto& one = GetParam();
    const auto checked = check_record(
        kZoneName, {.name = one.name, .type = one.type, .value = one.typed, .ttl = 300}
    );
    if (one.stored == nullptr) {
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error().code, ErrorCode::Invalid);
        EXPECT_FALSE(checked.error().fields.empty());
    } else {
        ASSERT_TRUE(checked) << checked.error().message;
        EXPECT_EQ(checked->value, one.stored);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Types,
    RecordValue,
    ::testing::Values(
        ValueCase{"www", "A", " 192.0.2.7 ", "192.0.2.7"},
        ValueCase{"www", "A", "192.0.2.07", nullptr},
        ValueCase{"www", "A", "192.0.2.256", nullptr},
        ValueCase{"www", "A", "2001:db8::1", nullptr},
        ValueCase{"_x", "A", "192.0.2.7", nullptr},
        ValueCase{"*", "A", "192.0.2.7", "192.0.2.7"},
        ValueCase{"a.*", "A", "192.0.2.7", nullptr},
        ValueCase{"www", "AAAA", "2001:DB8:0:0::1", "2001:db8::1"},
        ValueCase{"www", "AAAA", "192.0.2.7", nullptr},
        ValueCase{"www", "CNAME", "Shop.Example.NET.", "shop.example.net"},
        ValueCase{"www", "CNAME", "shop", nullptr},
        ValueCase{"www", "CNAME", "192.0.2.7", nullptr},
        ValueCase{"@", "CNAME", "shop.example.net", nullptr},
        ValueCase{"@", "MX", "10  mail.example.com", "10 mail.example.com"},
        ValueCase{"@", "MX", "mail.example.com", nullptr},
        ValueCase{"@", "MX", "65536 mail.example.com", nullptr},
        ValueCase{"@", "TXT", "\"v=spf1 -all\"", "v=spf1 -all"},
        ValueCase{"@", "TXT", "line\nfeed", nullptr},
        ValueCase{"@", "TXT", "\"\"", nullptr},
        ValueCase{"sub", "NS", "ns1.example.net", "ns1.example.net"},
        ValueCase{"@", "NS", "ns1.example.net", nullptr},
        ValueCase{"*", "NS", "ns1.example.net", nullptr},
        ValueCase{"_sip._tcp", "SRV", "10 5 5060 sip.example.com", "10 5 5060 sip.example.com"},
        ValueCase{"sip", "SRV", "10 5 5060 sip.example.com", nullptr},
        ValueCase{"_sip._tcp", "SRV", "10 5 sip.example.com", nullptr},
        ValueCase{"@", "CAA", "0 issue letsencrypt.org", "0 issue \"letsencrypt.org\""},
        ValueCase{"@", "CAA", "0 issue \";\"", "0 issue \";\""},
        ValueCase{"@", "CAA", "1 issue \"a.example\"", nullptr},
        ValueCase{"@", "CAA", "0 issue \"a\" b\"", nullptr},
        ValueCase{"@", "SOA", "anything", nullptr}
    )
);

TEST(RecordName, IsMadeAbsoluteInsideTheZoneAndRefusedOutside) {
    EXPECT_EQ(record_name_from_text("@", kZoneName).value(), "example.com");
    EXPECT_EQ(record_name_from_text("WWW", kZoneName).value(), "www.example.com");
    EXPECT_EQ(record_name_from_text("www.example.com.", kZoneName).value(), "www.example.com");
    EXPECT_EQ(record_name_from_text("bücher", kZoneName).value(), "xn--bcher-kva.example.com");
    EXPECT_FALSE(record_name_from_text("www.example.org.", kZoneName));
    EXPECT_FALSE(record_name_from_text("www.notexample.com.", kZoneName));
    EXPECT_FALSE(record_name_from_text("a..b", kZoneName));
    EXPECT_FALSE(record_name_from_text("-a", kZoneName));
    EXPECT_FALSE(record_name_from_text(std::string(64, 'a'), kZoneName));
}

TEST(ZoneName, TakesDomainsAndRefusesAddressesAndSingleLabels) {
    EXPECT_EQ(zone_name_from_text("Bücher.Example.").value(), "xn--bcher-kva.example");
    EXPECT_FALSE(zone_name_from_text("localhost"));
    EXPECT_FALSE(zone_name_from_text("192.0.2.7"));
    EXPECT_FALSE(zone_name_from_text("_dmarc.example.com"));
    EXPECT_FALSE(zone_name_from_text(""));
}

Record present(const char* type, const char* value, std::optional<Uuid> site = std::nullopt) {
    return {.name = "www.example.com", .type = type, .value = value, .site = site};
}

TEST(RecordBesideOthers, AnAliasStandsAlone) {
    const CheckedRecord alias{"www.example.com", "CNAME", 300, "a.example.net"};
    const CheckedRecord address{"www.example.com", "A", 300, "192.0.2.7"};
    EXPECT_EQ(check_beside(alias, {present("TXT", "x")}).error().code, ErrorCode::Conflict);
    EXPECT_EQ(
        check_beside(address, {present("CNAME", "b.example.net")}).error().code, ErrorCode::Conflict
    );
    EXPECT_TRUE(check_beside(address, {present("A", "192.0.2.8"), present("TXT", "x")}));
}

TEST(RecordBesideOthers, AValueIsNotRepeatedAndASitesRecordIsLeftAlone) {
    const CheckedRecord address{"www.example.com", "A", 300, "192.0.2.7"};
    EXPECT_FALSE(check_beside(address, {present("A", "192.0.2.7")}));
    EXPECT_FALSE(check_beside(address, {present("A", "192.0.2.8", Uuid{})}));
}

}  // namespace
