#pragma once

#include "core/platform/http/route.h"
#include "core/platform/web/components/frame.h"
#include "core/platform/web/components/palette.h"

#include <string_view>
#include <vector>

namespace hostelry::shell {

/// Sections this person may open, in groups; groups without entries are left out.
std::vector<view::NavGroup> navigation_for(const http::Principal& principal);

/// What this person may begin, and sections to go to, that fit the words (lower case): each of them
/// is in the name, or in what people call it who come from other panels. All without words.
std::vector<view::PaletteItem> commands_named(
    const http::Principal& principal, std::string_view words
);

}  // namespace hostelry::shell
