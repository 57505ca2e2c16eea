#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hostelry::view {

/// Why a value is missing, and the last good one: "No answer for 4 minutes. Last value: 8,214 at
/// 10:31".
struct Na {
    std::string reason;
};

/// A figure or a word that may be missing. Never 0 for what is not known.
struct Value {
    std::string text;
    std::string unit;
    std::optional<Na> missing;
};

/// A size with the unit that fits, in powers of 1000: "12.3" and "MB".
Value size_value(std::int64_t bytes);
/// The same as one text: "12.3 MB".
std::string show_bytes(std::int64_t bytes);

}  // namespace hostelry::view
