// The private cluster: made, started, taken over, ended.
#include "core/platform/db/embedded_postgres.h"

#include "core/base/clock.h"
#include "core/platform/db/database.h"
#include "core/platform/db/migrations.h"

#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace hostelry::db {
namespace {

using namespace std::chrono_literals;

class Embedded : public ::testing::Test {
protected:
    Embedded() { scratch.open_for_others(); }

    EmbeddedPostgresOptions options() const {
        return {.state_directory = state, .connections_max = 20};
    }

    static bool is_alive(int process) { return kill(process, 0) == 0; }

    static Result<std::string> ask(const EmbeddedPostgres& postgres, std::string_view sql) {
        const SystemClock clock;
        Database database({.dsn = postgres.dsn("postgres", "postgres")}, clock);
        return TRY(database.single_statement(sql))[0][std::size_t{0}].text();
    }

    testing::ScratchFolder scratch;
    std::filesystem::path state = scratch.path();
};

TEST_F(Embedded, IsMadeStartedStoppedAndKeepsItsData) {
    std::filesystem::path socket;
    {
        auto postgres = EmbeddedPostgres::start(options());
        ASSERT_TRUE(postgres) << postgres.error().message << postgres.error().cause;
        socket = (*postgres)->socket_directory();
        struct stat facts {};
        ASSERT_EQ(stat(socket.c_str(), &facts), 0);
        EXPECT_EQ(facts.st_mode & 0777U, 0700U);
        EXPECT_EQ(ask(**postgres, "show listen_addresses").value(), "");
        EXPECT_EQ(ask(**postgres, "show server_encoding").value(), "UTF8");
        EXPECT_EQ(
            ask(**postgres,
                "select datlocprovider::text from pg_database where datname = 'postgres'")
                .value(),
            "i"
        );
        EXPECT_EQ(ask(**postgres, "show data_checksums").value(), "on");
        EXPECT_EQ(ask(**postgres, "show fsync").value(), "on");
        ASSERT_TRUE(ensure_database((*postgres)->dsn("postgres", "postgres"), "kept"));
        struct stat server {};
        ASSERT_EQ(stat(("/proc/" + std::to_string((*postgres)->process_id())).c_str(), &server), 0);
        EXPECT_NE(server.st_uid, 0U) << "the server must not be root";
    }
    EXPECT_FALSE(std::filesystem::exists(socket));
    auto again = EmbeddedPostgres::start(options());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(
        ask(**again, "select count(*)::text from pg_database where datname = 'kept'").value(), "1"
    );
}

TEST_F(Embedded, TwoPanelsDoNotShareOneStateDirectory) {
    const auto first = EmbeddedPostgres::start(options());
    ASSERT_TRUE(first);
    const auto second = EmbeddedPostgres::start(options());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::Conflict);
}

TEST_F(Embedded, AKilledServerIsStartedAgainWithItsData) {
    const auto postgres = EmbeddedPostgres::start(options());
    ASSERT_TRUE(postgres);
    ASSERT_TRUE(ensure_database((*postgres)->dsn("postgres", "postgres"), "kept"));
    const int killed = (*postgres)->process_id();
    kill(killed, SIGKILL);
    const auto until = std::chrono::steady_clock::now() + 20s;
    Result<std::string> answer = fail(ErrorCode::Unavailable, "");
    while (!answer && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(50ms);
        answer = ask(**postgres, "select count(*)::text from pg_database where datname = 'kept'");
    }
    EXPECT_EQ(answer.value_or("unreachable"), "1");
    EXPECT_NE((*postgres)->process_id(), killed);
}

TEST_F(Embedded, EndsWithAKilledPanelAndTheNextOneGoesOn) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(pipe(ends), 0);
    const pid_t panel = fork();
    if (panel == 0) {
        auto postgres = EmbeddedPostgres::start(options());
        const int server = postgres ? (*postgres)->process_id() : 0;
        [[maybe_unused]] const auto written = write(ends[1], &server, sizeof server);
        for (;;) {
            pause();
        }
    }
    int server = 0;
    ASSERT_EQ(read(ends[0], &server, sizeof server), static_cast<ssize_t>(sizeof server));
    ASSERT_GT(server, 0);
    kill(panel, SIGKILL);
    waitpid(panel, nullptr, 0);
    auto next = EmbeddedPostgres::start(options());
    ASSERT_TRUE(next) << next.error().message << next.error().cause;
    EXPECT_FALSE(is_alive(server)) << "the old server is still there";
    EXPECT_TRUE(ask(**next, "select 1::text"));
    close(ends[0]);
    close(ends[1]);
}

TEST_F(Embedded, AStalePidFileOfAnotherProcessDoesNotBlockTheStart) {
    { ASSERT_TRUE(EmbeddedPostgres::start(options())); }
    // After a power cut the id in the file may belong to anybody: here to us.
    std::ofstream(state / "postgres" / "postmaster.pid") << getpid() << "\n"
                                                         << (state / "postgres").string() << "\n";
    const auto postgres = EmbeddedPostgres::start(options());
    EXPECT_TRUE(postgres) << postgres.error().message << postgres.error().cause;
}

TEST_F(Embedded, AHalfMadeClusterIsMadeAnew) {
    std::filesystem::create_directories(state / "postgres.new" / "base");
    std::ofstream(state / "postgres.new" / "PG_VERSION") << "15";
    EXPECT_TRUE(EmbeddedPostgres::start(options()));
}

TEST_F(Embedded, AMissingProgramIsSaidInOneSentence) {
    auto wrong = options();
    wrong.program_directory = "/nonexistent";
    const auto refused = EmbeddedPostgres::start(wrong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace hostelry::db
