#pragma once

#include <string>

namespace hostelry::view {

/// A place to go or an action to run, in the command palette and on the search page.
struct PaletteItem {
    std::string label;
    std::string hint;  // "Action", or whose it is
    std::string icon;
    std::string href;
};

}  // namespace hostelry::view
