#include "core/platform/queue/run_signals.h"

#include <gtest/gtest.h>

#include <thread>

namespace hostelry::queue {
namespace {

using namespace std::chrono_literals;
using Signal = RunSignals::Signal;

TEST(RunSignals, ACancelledJobEndsItsStepsButNotItsUndos) {
    RunSignals signals;
    EXPECT_FALSE(signals.must_end(false));
    signals.raise(Signal::Cancel);
    EXPECT_TRUE(signals.must_end(false));
    EXPECT_FALSE(signals.must_end(true));
}

TEST(RunSignals, ALostLeaseAndAnImpatientWorkerEndBoth) {
    for (const auto signal : {Signal::LeaseLost, Signal::StopNow}) {
        RunSignals signals;
        signals.raise(signal);
        EXPECT_TRUE(signals.must_end(false));
        EXPECT_TRUE(signals.must_end(true));
    }
}

TEST(RunSignals, StoppingAfterTheStepLetsTheStepGoOn) {
    RunSignals signals;
    signals.raise(Signal::StopAfterStep);
    EXPECT_FALSE(signals.must_end(false));
    EXPECT_TRUE(signals.is_raised(Signal::StopAfterStep));
}

TEST(RunSignals, SleepEndsAtOnceWhenTheStepMustEnd) {
    RunSignals signals;
    std::thread canceller([&] { signals.raise(Signal::Cancel); });
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_FALSE(signals.sleep(30s, false));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
    EXPECT_TRUE(signals.sleep(1ms, true));
    canceller.join();
}

}  // namespace
}  // namespace hostelry::queue
