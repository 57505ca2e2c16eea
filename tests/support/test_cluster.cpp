#include "tests/support/test_cluster.h"

#include "core/base/text.h"
#include "core/platform/crypto/digest.h"
#include "core/platform/db/migrations.h"

#include "tests/support/test_database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pqxx/pqxx>
#include <spawn.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

extern char** environ;

namespace hostelry::testing {
namespace {

using namespace std::chrono_literals;
constexpr auto kStartMax = 90s;
constexpr auto kLookAgain = 20ms;

[[noreturn]] void give_up(const std::string& reason) {
    std::fprintf(stderr, "The tests' PostgreSQL is not there: %s\n", reason.c_str());
    std::exit(3);
}

std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

void spawn_cluster(const std::filesystem::path& state) {
    std::string program = HOSTELRY_TEST_POSTGRES;
    std::string argument = state.string();
    char* argv[] = {program.data(), argument.data(), nullptr};
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    const std::string log = (state / "test_postgres.log").string();
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    pid_t process = 0;
    if (posix_spawn(&process, program.c_str(), &files, &attributes, argv, environ) != 0) {
        give_up("test_postgres cannot be started");
    }
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
}

bool has_server(const std::filesystem::path& state) {
    // The server holds this lock as long as it lives.
    const int lock = open((state / "postgres.lock").c_str(), O_RDWR | O_CLOEXEC);
    if (lock < 0) {
        return false;
    }
    const bool is_held = flock(lock, LOCK_SH | LOCK_NB) != 0;
    close(lock);
    return is_held && std::filesystem::exists(state / "socket");
}

/// Holds the state's users.lock until the program ends and answers the socket.
std::string join_cluster(const std::filesystem::path& state) {
    std::filesystem::create_directories(state);
    std::filesystem::permissions(state, std::filesystem::perms{0755});
    // Shared by all users; starting happens one at a time under another lock.
    const int users = open((state / "users.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const int starting =
        open((state.string() + ".starting").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (users < 0 || starting < 0 || flock(users, LOCK_SH) != 0 || flock(starting, LOCK_EX) != 0) {
        give_up("its locks cannot be taken");
    }
    if (!has_server(state)) {
        std::error_code error;
        std::filesystem::remove(state / "socket", error);
        std::filesystem::remove(state / "failed", error);
        spawn_cluster(state);
        const auto until = std::chrono::steady_clock::now() + kStartMax;
        while (!std::filesystem::exists(state / "socket")) {
            if (std::filesystem::exists(state / "failed")) {
                give_up(read_text(state / "failed"));
            }
            if (std::chrono::steady_clock::now() > until) {
                give_up("it does not start, see " + state.string());
            }
            std::this_thread::sleep_for(kLookAgain);
        }
    }
    close(starting);
    return read_text(state / "socket");
}

std::filesystem::path state_directory() {
    const std::string hash = crypto::sha256_hex(HOSTELRY_SOURCE_DIR).substr(0, 8);
    return std::filesystem::temp_directory_path() /
           fmt::format("hostelry-tests-{}-{}", getuid(), hash);
}

std::string dsn(const std::string& socket, std::string_view database) {
    return fmt::format("host={} user=postgres dbname={}", socket, database);
}

std::string template_of(const std::vector<db::Migration>& migrations) {
    std::string all;
    for (const auto& migration : migrations) {
        all += migration.checksum;
    }
    return "template_" + crypto::sha256_hex(all).substr(0, 16);
}

bool is_template(const std::string& socket, const std::string& name) {
    pqxx::connection link(dsn(socket, "postgres"));
    return !pqxx::nontransaction{link}
                .exec_params("select from pg_database where datname = $1 and datistemplate", name)
                .empty();
}

void make_template(
    const std::filesystem::path& state, const std::string& socket, const std::string& name
) {
    const int lock = open((state / "template.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    flock(lock, LOCK_EX);
    if (!is_template(socket, name)) {
        auto migrations = db::read_migrations(migrations_directory());
        const auto made = migrations ? db::ensure_database(dsn(socket, "postgres"), name)
                                     : Result<void>{tl::unexpected(migrations.error())};
        const auto migrated = made ? db::Migrator(dsn(socket, name), std::move(*migrations)).up()
                                   : Result<std::vector<std::string>>{tl::unexpected(made.error())};
        if (!migrated) {
            give_up(migrated.error().message);
        }
        pqxx::connection link(dsn(socket, "postgres"));
        pqxx::nontransaction{link}.exec("alter database " + name + " is_template true");
    }
    close(lock);
}

}  // namespace

TestCluster::TestCluster() {
    const auto state = state_directory();
    socket_ = join_cluster(state);
    const auto migrations = db::read_migrations(migrations_directory());
    if (!migrations) {
        give_up(migrations.error().message);
    }
    template_ = template_of(*migrations);
    make_template(state, socket_, template_);
}

const TestCluster& TestCluster::get() {
    static const TestCluster cluster;
    return cluster;
}

std::string migrations_directory() {
    return std::string(HOSTELRY_SOURCE_DIR) + "/migrations";
}

std::string test_cluster_dsn(std::string_view role, std::string_view database) {
    return fmt::format("host={} user={} dbname={}", TestCluster::get().socket(), role, database);
}

}  // namespace hostelry::testing
