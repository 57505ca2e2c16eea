#include "core/agent/commands/cron/cron_commands.h"

#include "tests/unit/agent/scratch.h"

#include <gtest/gtest.h>

namespace hostelry::agent {
namespace {

TEST(Cron, OfASuspendedSiteDoesNotRun) {
    const Scratch scratch;
    const auto layout = scratch.layout();
    scratch.write("state/cron/s7f3k2m9/wp-cron.json", R"(["/nowhere/php", "x.php"])");
    ASSERT_EQ(layout.cron_of("s7f3k2m9"), scratch / "state/cron/s7f3k2m9");
    EXPECT_NE(run_cron_entry(layout, "s7f3k2m9", "wp-cron"), 0) << "there is no such program";
    scratch.write("state/cron/s7f3k2m9/.paused", "");
    EXPECT_EQ(run_cron_entry(layout, "s7f3k2m9", "wp-cron"), 0);
    EXPECT_EQ(run_cron_entry(layout, "s7f3k2m9", ".paused"), 2) << "no entry has such a name";
}

}  // namespace
}  // namespace hostelry::agent
