#pragma once

#include "core/platform/http/route.h"
#include "core/platform/web/components/frame.h"

#include <vector>

namespace hostelry::shell {

/// Sections this person may open, in groups; groups without entries are left out.
std::vector<view::NavGroup> navigation_for(const http::Principal& principal);

}  // namespace hostelry::shell
