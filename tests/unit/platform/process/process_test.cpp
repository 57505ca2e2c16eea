#include "core/platform/process/process.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace hostelry::process {
namespace {

using namespace std::chrono_literals;

TEST(Process, PassesArgumentsAsTheyAreWithoutAShell) {
    const auto outcome =
        run({.program = "/usr/bin/printf", .argv = {"%s|", "a b", "$(id)", "; true", "--"}});
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->output, "a b|$(id)|; true|--|");
}

TEST(Process, FeedsInputAndReportsExitCodeAndBothOutputs) {
    const auto outcome = run(
        {.program = "/bin/sh",
         .argv = {"-c", "cat; echo oops >&2; exit 7"},
         .input = std::string(300000, 'x')}
    );
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->exit_code, 7);
    EXPECT_EQ(outcome->output.size(), 300000U);
    EXPECT_EQ(outcome->errors, "oops\n");
}

TEST(Process, GivesOnlyTheEnvironmentThatWasAskedFor) {
    ::setenv("HOSTELRY_TEST_LEAK", "1", 1);
    const auto outcome = run({.program = "/usr/bin/env", .environment = {{"ONLY", "this"}}});
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->output, "LANG=C.UTF-8\nONLY=this\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n");
}

TEST(Process, KillsTheWholeGroupAtTheTimeout) {
    const auto outcome =
        run({.program = "/bin/sh", .argv = {"-c", "sleep 60 & sleep 60"}, .timeout = 200ms});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::Timeout);
    EXPECT_TRUE(outcome.error().maybe_applied);
}

TEST(Process, StopsWhenAskedTo) {
    int asked = 0;
    const auto outcome =
        run({.program = "/bin/sleep", .argv = {"60"}, .cancelled = [&] { return ++asked > 2; }});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::Cancelled);
}

TEST(Process, HandsOutLinesAndTheUnfinishedLastOne) {
    std::vector<std::string> lines;
    const auto outcome = run(
        {.program = "/usr/bin/printf",
         .argv = {"one\\ntwo\\nthree"},
         .on_line = [&](std::string_view line) { lines.emplace_back(line); }}
    );
    ASSERT_TRUE(outcome);
    EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "three"}));
}

TEST(Process, CapsWhatItKeeps) {
    const auto outcome = run(
        {.program = "/usr/bin/head",
         .argv = {"-c", "100000", "/dev/zero"},
         .output_bytes_max = 1000}
    );
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->output.size(), 1000U);
    EXPECT_TRUE(outcome->truncated);
}

TEST(Process, SaysThatAProgramDoesNotExist) {
    const auto outcome = run({.program = "/no/such/program"});
    ASSERT_FALSE(outcome);
    EXPECT_NE(outcome.error().message.find("/no/such/program"), std::string::npos);
}

TEST(Child, AnswersLineByLineUntilItIsStopped) {
    auto child = Child::start({.program = "/bin/cat"});
    ASSERT_TRUE(child);
    ASSERT_TRUE(child->write("hello\nworld\n"));
    EXPECT_EQ(child->read_line(5s).value(), "hello");
    EXPECT_EQ(child->read_line(5s).value(), "world");
    EXPECT_EQ(child->read_line(10ms).error().code, ErrorCode::Timeout);
    EXPECT_EQ(child->stop(5s), 128 + SIGTERM);
    EXPECT_FALSE(child->is_running());
}

TEST(Child, NoticesThatTheProgramEnded) {
    auto child = Child::start({.program = "/bin/true"});
    ASSERT_TRUE(child);
    EXPECT_EQ(child->read_line(5s).error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace hostelry::process
