#pragma once
// What the overview shows: the features' figures and what of them needs attention. No feature knows
// the dashboard.

#include "core/base/clock.h"
#include "core/features/dashboard/dashboard.h"

namespace hostelry::app {

/// `clock` outlives the dashboard.
void fill_overview(dashboard::Dashboard& dashboard, const Clock& clock);

}  // namespace hostelry::app
