#include "core/platform/web/components/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace hostelry::view {

Value size_value(std::int64_t bytes) {
    constexpr std::array<std::string_view, 5> kUnits{"B", "KB", "MB", "GB", "TB"};
    auto amount = static_cast<double>(std::max<std::int64_t>(bytes, 0));
    std::size_t unit = 0;
    while (amount >= 1000 && unit + 1 < kUnits.size()) {
        amount /= 1000;
        ++unit;
    }
    return {
        .text = unit == 0 || amount >= 100 ? fmt::format("{:.0f}", amount)
                                           : fmt::format("{:.1f}", amount),
        .unit = std::string(kUnits[unit]),
        .missing = {}};
}

std::string show_bytes(std::int64_t bytes) {
    const Value value = size_value(bytes);
    return value.text + " " + value.unit;
}

}  // namespace hostelry::view
