#pragma once
// Host names as sites have them: checked, internationalised (UTS 46), stored as A-labels, shown as
// U-labels.

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace hostelry::names {

/// "Bücher.example" -> "xn--bcher-kva.example": lower case, no final dot, at most 253 bytes.
/// Invalid with a sentence for the person when it is not a name a public site can have: wrong
/// characters, an IP address, one label only, or a name that never leads to a site (localhost,
/// .onion ...).
Result<std::string> domain_from_text(std::string_view text);

/// As people read it. A name whose A-labels do not decode is shown as it is.
std::string domain_for_people(const std::string& domain);

/// The name and those above it down to the domain that somebody registered: "a.shop.example.co.uk"
/// gives itself, "shop.example.co.uk" and "example.co.uk". Two names are related through these
/// only.
std::vector<std::string> relatives_above(const std::string& domain);

/// Whether `name` is `domain` or lies below it.
bool is_at_or_below(std::string_view name, std::string_view domain);

/// The names a site answers to: the domain, and "www." before it when that is wanted and possible.
std::vector<std::string> names_of_domain(const std::string& domain, bool with_www);

}  // namespace hostelry::names
