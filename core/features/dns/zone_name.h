#pragma once
// Names of zones and records: stored as lower-case A-labels without the final dot, shown as
// U-labels.

#include "core/base/result.h"
#include "core/features/dns/dns_types.h"

#include <string>
#include <string_view>

namespace hostelry::dns {

/// "Bücher.example." -> "xn--bcher-kva.example". Invalid for what cannot be a zone: one label, an
/// address, a name below which everybody registers (co.uk).
Result<std::string> zone_name_from_text(std::string_view text);

/// "@", "www" or "www.example.com." in zone example.com -> the absolute name. Underscores and a "*"
/// as the first label are allowed. Invalid outside the zone.
Result<std::string> record_name_from_text(std::string_view text, const std::string& zone);

/// A target of MX, CNAME, NS or SRV: an absolute name with at least two labels.
Result<std::string> target_from_text(std::string_view text);

/// With U-labels, as people read it.
std::string shown_name(const Zone& zone);

/// "@" or the part before the zone, as people read it.
std::string name_in_zone(const std::string& name, const std::string& zone);

bool lies_in(std::string_view name, std::string_view zone);

}  // namespace hostelry::dns
