#pragma once

namespace hostelry::app {

/// A peer that is gone is an error of the write, not the end of the process. Call first in main.
void ignore_broken_pipes();
/// Blocks SIGTERM and SIGINT in this and all later threads, for wait_for_stop_signal(). Call before
/// any thread.
void block_stop_signals();
/// Sleeps until SIGTERM or SIGINT comes. A second one, later, ends the process at once.
void wait_for_stop_signal();

}  // namespace hostelry::app
