#pragma once

#include "core/platform/web/components/chip.h"
#include "core/platform/web/components/value.h"
#include "core/platform/web/reader_time.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::view {

/// One cell at the top of a detail page. What is set is shown: a chip, a moment, else the value,
/// which is a link when `href` is set.
struct Fact {
    std::string label;
    Value value;
    std::string href;
    std::optional<Chip> chip;
    std::optional<Instant> moment;
    std::optional<int> used_percent;  // a meter below the value
    bool is_code = false;
};

using Facts = std::vector<Fact>;

}  // namespace hostelry::view
