#pragma once

namespace hostelry::app {

/// Blocks SIGTERM and SIGINT in this and all later threads and ignores SIGPIPE. Call first in main,
/// before any thread.
void block_stop_signals();
/// Sleeps until SIGTERM or SIGINT comes. A second one, later, ends the process at once.
void wait_for_stop_signal();

}  // namespace hostelry::app
