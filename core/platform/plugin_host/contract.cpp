#include "core/platform/plugin_host/contract.h"

#include "core/platform/plugin_host/schemas.h"

#include "hostelry/cap_billing.h"
#include "hostelry/cap_dns.h"
#include "hostelry/cap_provider.h"
#include "hostelry/cap_template.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace hostelry::plugin_host {

namespace {

using nlohmann::json;

struct Slot {
    std::string_view capability;
    std::string_view schema;  ///< File in plugin-api/schemas.
    std::string_view member;
    std::size_t offset;
};

#define HOSTELRY_SLOT(capability, schema, table, member)     \
    Slot {                                                   \
        capability, schema, #member, offsetof(table, member) \
    }
#define HOSTELRY_TEMPLATE(member) \
    HOSTELRY_SLOT("site-template/1", "site-template-1", hostelry_site_template_v1, member)
#define HOSTELRY_DNS(member) HOSTELRY_SLOT("dns/1", "dns-1", hostelry_dns_v1, member)
#define HOSTELRY_PROVIDER(member) \
    HOSTELRY_SLOT("provider/1", "provider-1", hostelry_provider_v1, member)
#define HOSTELRY_BILLING(member) \
    HOSTELRY_SLOT("billing/1", "billing-1", hostelry_billing_v1, member)

constexpr Slot kSlots[] = {
    HOSTELRY_TEMPLATE(describe),       HOSTELRY_TEMPLATE(plan),
    HOSTELRY_TEMPLATE(upgrade_plan),   HOSTELRY_TEMPLATE(health_plan),
    HOSTELRY_DNS(zone_list),           HOSTELRY_DNS(zone_get),
    HOSTELRY_DNS(zone_create),         HOSTELRY_DNS(zone_delete),
    HOSTELRY_DNS(zone_apply),          HOSTELRY_DNS(op_poll),
    HOSTELRY_DNS(zone_dnssec),         HOSTELRY_PROVIDER(describe),
    HOSTELRY_PROVIDER(plan_price),     HOSTELRY_PROVIDER(server_create),
    HOSTELRY_PROVIDER(server_get),     HOSTELRY_PROVIDER(server_list),
    HOSTELRY_PROVIDER(server_power),   HOSTELRY_PROVIDER(server_resize),
    HOSTELRY_PROVIDER(server_rebuild), HOSTELRY_PROVIDER(server_delete),
    HOSTELRY_PROVIDER(ssh_key_put),    HOSTELRY_PROVIDER(firewall_put),
    HOSTELRY_PROVIDER(op_poll),        HOSTELRY_BILLING(customer_put),
    HOSTELRY_BILLING(checkout_create), HOSTELRY_BILLING(charge),
    HOSTELRY_BILLING(refund),          HOSTELRY_BILLING(subscription_put),
    HOSTELRY_BILLING(invoice_get),     HOSTELRY_BILLING(webhook_verify),
};

#undef HOSTELRY_TEMPLATE
#undef HOSTELRY_DNS
#undef HOSTELRY_PROVIDER
#undef HOSTELRY_BILLING
#undef HOSTELRY_SLOT

/// The schemas are part of the program: one that does not compile is a bug of ours, found by the
/// first call.
JsonSchema compile(const json& schema, const json& document, const Slot& slot) {
    auto compiled = JsonSchema::compile(schema, document.value("definitions", json()));
    if (!compiled) {
        throw std::logic_error(
            fmt::format("schema {} {}: {}", slot.schema, slot.member, compiled.error().message)
        );
    }
    return std::move(compiled).value();
}

MemberContract read_contract(const Slot& slot, const json& document) {
    const auto slash = slot.capability.find('/');
    const auto& member = document.at("members").at(std::string(slot.member));
    return {
        std::string(slot.capability.substr(0, slash)),
        static_cast<std::uint32_t>(slot.capability[slash + 1] - '0'),
        std::string(slot.member),
        slot.offset,
        compile(member.at("request"), document, slot),
        compile(member.at("answer"), document, slot)};
}

/// Compiling a schema costs milliseconds, so each is compiled when its member is first asked for.
struct Entry {
    const Slot* slot = nullptr;
    std::once_flag once;
    std::optional<MemberContract> contract;
};

std::map<std::string, Entry, std::less<>> list_members() {
    std::map<std::string, Entry, std::less<>> members;
    for (const auto& slot : kSlots) {
        members[fmt::format("{}.{}", slot.capability, slot.member)].slot = &slot;
    }
    return members;
}

}  // namespace

const MemberContract* find_member(std::string_view method) {
    static auto members = list_members();
    const auto found = members.find(method);
    if (found == members.end()) {
        return nullptr;
    }
    auto& entry = found->second;
    std::call_once(entry.once, [&] {
        entry.contract = read_contract(*entry.slot, json::parse(schema_text(entry.slot->schema)));
    });
    return &*entry.contract;
}

}  // namespace hostelry::plugin_host
