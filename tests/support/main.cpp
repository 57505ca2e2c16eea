// The PostgreSQL of the tests: started by the first test program that needs it, ended some seconds
// after the last one. Usage: test_postgres STATE_DIRECTORY. Whoever uses it holds a shared lock on
// STATE_DIRECTORY/users.lock.

#include "core/platform/db/embedded_postgres.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

namespace {

using namespace std::chrono_literals;
constexpr auto kLookEvery = 2s;
constexpr int kIdleLooksMax = 8;

/// Returns once nobody has used the cluster for a while, with the lock held, so that nobody can
/// begin.
void wait_until_unused(int users) {
    for (int idle_looks = 0; idle_looks < kIdleLooksMax;) {
        std::this_thread::sleep_for(kLookEvery);
        const bool is_unused = flock(users, LOCK_EX | LOCK_NB) == 0;
        idle_looks = is_unused ? idle_looks + 1 : 0;
        if (is_unused && idle_looks < kIdleLooksMax) {
            flock(users, LOCK_UN);
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fputs("usage: test_postgres STATE_DIRECTORY\n", stderr);
        return 2;
    }
    const std::filesystem::path state = arguments[1];
    const auto postgres = hostelry::db::EmbeddedPostgres::start(
        {.state_directory = state, .connections_max = 150, .durable = false}
    );
    if (!postgres) {
        std::ofstream(state / "failed") << postgres.error().message << '\n'
                                        << postgres.error().cause;
        return 1;
    }
    std::ofstream(state / "socket.new") << (*postgres)->socket_directory().string();
    std::filesystem::rename(state / "socket.new", state / "socket");
    const int users = open((state / "users.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    wait_until_unused(users);
    std::filesystem::remove(state / "socket");
    (*postgres)->stop();
    std::error_code error;
    // The locks stay: whoever waits for one of them right now goes on with a new cluster.
    std::filesystem::remove_all(state / "postgres", error);
    return 0;
}
