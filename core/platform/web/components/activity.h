#pragma once

#include "core/platform/web/components/value.h"
#include "core/platform/web/reader_time.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::view {

/// Something that was done, in one line.
struct ActivityEntry {
    std::string title;  // "Site created"
    std::string about;  // the thing's name; empty where the page says it already
    std::string who;    // empty where the reader may not know
    std::string href;   // empty: no link
    Instant at;
};

/// The panel "Activity" of a detail page or of the overview.
struct Activity {
    std::string title = "Activity";
    std::vector<ActivityEntry> entries;
    std::string all_href;       // "See all"; empty: no such link
    std::optional<Na> missing;  // set when it could not be read
};

}  // namespace hostelry::view
