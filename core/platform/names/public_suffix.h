#pragma once
// Names below which anybody registers (co.uk, github.io): nobody's own, and no relation between two
// names below them. From Mozilla's list, as the distribution keeps it up to date.

#include <string>

namespace hostelry::names {

bool is_public_suffix(const std::string& domain);

/// The same, of names that registries run (co.uk) only. Those that a company opened to its own
/// customers (github.io) are that company's domain all the same.
bool is_registry_suffix(const std::string& domain);

/// "shop.example.co.uk" -> "example.co.uk". The name itself when it has no such part.
std::string registrable_domain(const std::string& domain);

}  // namespace hostelry::names
