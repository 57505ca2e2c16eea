// Released members never move. Each line pins one member of 1.0 where it lies; a size may only grow
// at the end. The file compiles or it does not; the test only says so in the report.
#include "hostelry/abi.h"
#include "hostelry/cap_billing.h"
#include "hostelry/cap_dns.h"
#include "hostelry/cap_provider.h"
#include "hostelry/cap_template.h"
#include "hostelry/host_clock.h"
#include "hostelry/host_http.h"
#include "hostelry/host_kv.h"
#include "hostelry/host_log.h"
#include "hostelry/host_secret.h"

#include <gtest/gtest.h>

#include <cstddef>

#define AT(type, member, offset) \
    static_assert(offsetof(type, member) == (offset), "moved: " #member)

AT(hostelry_str, ptr, 0);
AT(hostelry_str, len, 8);
AT(hostelry_sink, ctx, 0);
AT(hostelry_sink, write, 8);

AT(hostelry_call, size, 0);
AT(hostelry_call, flags, 4);
AT(hostelry_call, deadline_ns, 8);
AT(hostelry_call, idem_key, 16);
AT(hostelry_call, tenant, 32);
AT(hostelry_call, trace, 48);
AT(hostelry_call, ctx, 64);
AT(hostelry_call, cancelled, 72);
AT(hostelry_call, out, 80);
AT(hostelry_call, err, 96);
AT(hostelry_call, progress, 112);

AT(hostelry_host, size, 0);
AT(hostelry_host, abi_major, 4);
AT(hostelry_host, abi_minor, 8);
AT(hostelry_host, flags, 12);
AT(hostelry_host, ctx, 16);
AT(hostelry_host, get, 24);

AT(hostelry_plugin, size, 0);
AT(hostelry_plugin, abi_major, 4);
AT(hostelry_plugin, abi_built_minor, 8);
AT(hostelry_plugin, abi_min_minor, 12);
AT(hostelry_plugin, id, 16);
AT(hostelry_plugin, version, 32);
AT(hostelry_plugin, draft, 48);
AT(hostelry_plugin, create, 64);
AT(hostelry_plugin, configure, 72);
AT(hostelry_plugin, selftest, 80);
AT(hostelry_plugin, drain, 88);
AT(hostelry_plugin, destroy, 96);
AT(hostelry_plugin, get, 104);

AT(hostelry_log_v1, ctx, 8);
AT(hostelry_log_v1, write, 16);
AT(hostelry_http_v1, ctx, 8);
AT(hostelry_http_v1, send, 16);
AT(hostelry_secret_v1, ctx, 8);
AT(hostelry_secret_v1, has, 16);
AT(hostelry_kv_v1, ctx, 8);
AT(hostelry_kv_v1, get, 16);
AT(hostelry_kv_v1, put, 24);
AT(hostelry_kv_v1, remove, 32);
AT(hostelry_clock_v1, ctx, 8);
AT(hostelry_clock_v1, now_unix_ns, 16);
AT(hostelry_clock_v1, monotonic_ns, 24);
AT(hostelry_clock_v1, wait, 32);

AT(hostelry_site_template_v1, describe, 8);
AT(hostelry_site_template_v1, plan, 16);
AT(hostelry_site_template_v1, upgrade_plan, 24);
AT(hostelry_site_template_v1, health_plan, 32);

AT(hostelry_dns_v1, zone_list, 8);
AT(hostelry_dns_v1, zone_get, 16);
AT(hostelry_dns_v1, zone_create, 24);
AT(hostelry_dns_v1, zone_delete, 32);
AT(hostelry_dns_v1, zone_apply, 40);
AT(hostelry_dns_v1, op_poll, 48);
AT(hostelry_dns_v1, zone_dnssec, 56);

AT(hostelry_provider_v1, describe, 8);
AT(hostelry_provider_v1, plan_price, 16);
AT(hostelry_provider_v1, server_create, 24);
AT(hostelry_provider_v1, server_get, 32);
AT(hostelry_provider_v1, server_list, 40);
AT(hostelry_provider_v1, server_power, 48);
AT(hostelry_provider_v1, server_resize, 56);
AT(hostelry_provider_v1, server_rebuild, 64);
AT(hostelry_provider_v1, server_delete, 72);
AT(hostelry_provider_v1, ssh_key_put, 80);
AT(hostelry_provider_v1, firewall_put, 88);
AT(hostelry_provider_v1, op_poll, 96);

AT(hostelry_billing_v1, customer_put, 8);
AT(hostelry_billing_v1, checkout_create, 16);
AT(hostelry_billing_v1, charge, 24);
AT(hostelry_billing_v1, refund, 32);
AT(hostelry_billing_v1, subscription_put, 40);
AT(hostelry_billing_v1, invoice_get, 48);
AT(hostelry_billing_v1, webhook_verify, 56);

#undef AT

namespace {

TEST(ReleasedLayout, IsWhereItWas) {
    EXPECT_GE(sizeof(hostelry_call), 128U);
    EXPECT_GE(sizeof(hostelry_plugin), 112U);
}

TEST(ReleasedLayout, AMemberIsOnlyThereWhenTheTableReachesIt) {
    hostelry_dns_v1 table{};
    table.size = sizeof(table);
    EXPECT_FALSE(HOSTELRY_HAS(&table, zone_get));
    table.zone_get = [](void*, const hostelry_call*, hostelry_str) -> int32_t { return 0; };
    EXPECT_TRUE(HOSTELRY_HAS(&table, zone_get));
    table.size = offsetof(hostelry_dns_v1, zone_get) + 7;
    EXPECT_FALSE(HOSTELRY_HAS(&table, zone_get));
    const hostelry_dns_v1* none = nullptr;
    EXPECT_FALSE(HOSTELRY_HAS(none, zone_get));
}

}  // namespace
