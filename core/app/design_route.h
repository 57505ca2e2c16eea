#pragma once
// GET /design: every component in every variant, with made-up content. Made-up only, so any person
// who is signed in may look; nobody else, since a panel should not tell strangers what it is made
// of.

#include "core/features/shell/shell.h"
#include "core/platform/http/route.h"

namespace hostelry::app {

/// `shell` outlives the route.
http::Route design_route(shell::Shell& shell);

}  // namespace hostelry::app
