#pragma once

#include "core/features/dns/dns_types.h"
#include "core/platform/db/transaction.h"
#include "core/platform/queue/queue.h"

namespace hostelry::dns {

class Dns;

inline constexpr std::string_view kCreateZoneJob = "dns.zone_create";
inline constexpr std::string_view kDeleteZoneJob = "dns.zone_delete";
inline constexpr std::string_view kApplyJob = "dns.apply";
inline constexpr std::string_view kDnssecJob = "dns.dnssec";

void add_dns_jobs(Dns& dns, queue::Registry& registry);

/// Jobs of one zone run one after the other.
JobId enqueue_zone_job(
    db::Transaction& tx,
    std::string_view kind,
    const Zone& zone,
    const std::optional<UserId>& actor,
    const db::JsonText& input
);

}  // namespace hostelry::dns
