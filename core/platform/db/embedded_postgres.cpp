#include "core/platform/db/embedded_postgres.h"

#include "core/base/text.h"
#include "core/platform/crypto/digest.h"
#include "core/platform/db/cluster_config.h"
#include "core/platform/db/cluster_process.h"
#include "core/platform/log/log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <fstream>
#include <iterator>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace hostelry::db {
namespace {

using namespace std::chrono_literals;
constexpr std::string_view kSuperuser = "postgres";
constexpr auto kStopFast = 30s;   // sessions are cancelled and a checkpoint is written
constexpr auto kStopAtOnce = 5s;  // recovery at the next start
constexpr auto kReadyPollInterval = 25ms;
constexpr auto kRestartPause = 500ms;
constexpr int kLogLinesShown = 12;

std::filesystem::path newest_programs() {
    std::set<std::pair<int, std::filesystem::path>> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", error)) {
        const auto programs = entry.path() / "bin";
        if (std::filesystem::exists(programs / "initdb")) {
            found.emplace(std::atoi(entry.path().filename().c_str()), programs);
        }
    }
    return found.empty() ? std::filesystem::path{} : found.rbegin()->second;
}

std::string short_hash(const std::filesystem::path& path) {
    return crypto::sha256_hex(path.string()).substr(0, 10);
}

/// Another user can only enter a folder when each folder above lets others pass.
bool is_reachable(std::filesystem::path path, const Account& account) {
    for (;; path = path.parent_path()) {
        struct stat facts {};
        if (stat(path.c_str(), &facts) == 0 && facts.st_uid != account.uid &&
            (facts.st_mode & S_IXOTH) == 0) {
            return false;
        }
        if (path == path.parent_path()) {
            return true;
        }
    }
}

std::string last_lines(const std::filesystem::path& path) {
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto lines = split(trim(text), '\n');
    if (lines.size() > kLogLinesShown) {
        lines.erase(lines.begin(), lines.end() - kLogLinesShown);
    }
    return join(lines, "\n");
}

bool answers_at(const std::filesystem::path& socket) {
    const std::string target =
        fmt::format("host={} dbname=postgres connect_timeout=2", socket.string());
    return PQping(target.c_str()) == PQPING_OK;
}

std::filesystem::path socket_folder(
    const std::filesystem::path& root, const std::filesystem::path& state
) {
    return root / ("hostelry-" + short_hash(state));
}

std::string dsn_of(
    const std::filesystem::path& socket, std::string_view role, std::string_view database
) {
    return fmt::format("host={} user={} dbname={}", socket.string(), role, database);
}

}  // namespace

struct EmbeddedPostgres::Parts {
    explicit Parts(EmbeddedPostgresOptions options_) : options(std::move(options_)) {}
    ~Parts() {
        if (lock >= 0) {
            close(lock);
        }
    }

    Result<void> prepare() {
        if (options.program_directory.empty()) {
            options.program_directory = newest_programs();
        }
        if (options.program_directory.empty()) {
            return fail(
                ErrorCode::Unavailable,
                "PostgreSQL is not installed. Install it with: apt install postgresql"
            );
        }
        account = TRY(cluster_account(options.system_user));
        TRY(choose_folders());
        TRY(take_lock());
        log_file = state / "postgres.log";
        data = state / "postgres";
        return {};
    }

    Result<void> choose_folders() {
        std::error_code error;
        std::filesystem::create_directories(options.state_directory, error);
        state = std::filesystem::canonical(options.state_directory, error);
        if (error) {
            return fail(
                ErrorCode::Unavailable,
                "The state directory " + options.state_directory.string() + " cannot be made.",
                error.message()
            );
        }
        const auto& roots = options.socket_roots;
        const auto root = std::find_if(roots.begin(), roots.end(), [](const auto& candidate) {
            return access(candidate.c_str(), W_OK) == 0;
        });
        if (root == roots.end()) {
            return fail(ErrorCode::Unavailable, "There is no folder for the database's socket.");
        }
        socket = socket_folder(*root, state);
        if (!is_reachable(state, account)) {
            const std::filesystem::path elsewhere = "/var/lib/hostelry/dev-" + short_hash(state);
            std::filesystem::create_directories(elsewhere, error);
            log::info(
                "db",
                "the state directory cannot be reached by the database's user; the database lives "
                "elsewhere",
                {{"state", state.string()},
                 {"database", elsewhere.string()},
                 {"user", account.name}}
            );
            state = elsewhere;
        }
        return own_folder(socket);
    }

    Result<void> own_folder(const std::filesystem::path& path) const {
        std::error_code error;
        std::filesystem::create_directories(path, error);
        struct stat facts {};
        if (lstat(path.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode) ||
            !give_to(path.string(), account) || chmod(path.c_str(), 0700) != 0) {
            return fail(
                ErrorCode::Unavailable,
                "The folder " + path.string() + " cannot be made.",
                error.message()
            );
        }
        return {};
    }

    /// Two panels must not run one cluster. The lock ends with the process, whatever ends it.
    Result<void> take_lock() {
        lock = open((state / "postgres.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) != 0) {
            return fail(
                ErrorCode::Conflict,
                "Another panel is running with the state directory " + state.string() +
                    ". Stop it first, or give another one with --state."
            );
        }
        return {};
    }

    Result<int> open_log() const {
        const int log = open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (log < 0) {
            return fail(
                ErrorCode::Unavailable, "The log file " + log_file.string() + " cannot be written."
            );
        }
        return log;
    }

    /// A half-made cluster of a killed first start never gets the final name.
    Result<void> make_cluster() const {
        if (std::filesystem::exists(data / "PG_VERSION")) {
            return {};
        }
        const auto fresh = state / "postgres.new";
        std::error_code error;
        std::filesystem::remove_all(fresh, error);
        TRY(own_folder(fresh));
        std::vector<std::string> argv{
            (options.program_directory / "initdb").string(),
            "--pgdata=" + fresh.string(),
            "--username=" + std::string(kSuperuser),
            "--auth=peer",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--locale-provider=icu",
            "--icu-locale=und",
            "--data-checksums",
            "--no-instructions",
        };
        if (!options.durable) {
            argv.emplace_back("--no-sync");
        }
        const int log = TRY(open_log());
        const auto code =
            run_as({.argv = argv, .account = account, .directory = "/", .output = log});
        close(log);
        if (!code || *code != 0) {
            return start_failed("The database could not be made");
        }
        std::filesystem::rename(fresh, data, error);
        return error ? start_failed("The database could not be made") : Result<void>{};
    }

    tl::unexpected<Error> start_failed(const std::string& what) const {
        return fail(
            ErrorCode::Unavailable,
            what + ". The reason is in " + log_file.string() + ".",
            last_lines(log_file)
        );
    }

    /// What a killed panel left: its server normally ends with it; one that did not is ended here.
    /// postmaster.pid stays (PostgreSQL itself judges a stale one, with the shared memory it
    /// names), unless its process id belongs to somebody else by now, which would block every
    /// start.
    Result<void> end_leftover() const {
        const auto recorded = recorded_postmaster(data);
        if (recorded && works_in(*recorded, data)) {
            kill(*recorded, SIGINT);
            if (!wait_until_gone(*recorded, kStopFast)) {
                kill(*recorded, SIGQUIT);
            }
        }
        if (!wait_until_unused(data, kStopAtOnce)) {
            return start_failed("An old database server does not end");
        }
        if (recorded && !works_in(*recorded, data)) {
            std::error_code error;
            std::filesystem::remove(data / "postmaster.pid", error);
        }
        return {};
    }

    Result<void> launch() {
        TRY(end_leftover());
        const int log = TRY(open_log());
        auto started = spawn_as({
            .argv = {(options.program_directory / "postgres").string(), "-D", data.string()},
            .account = account,
            .directory = data,
            .output = log,
            .signal_at_parents_death = SIGINT,
        });
        close(log);
        process = TRY(std::move(started));
        return {};
    }

    bool answers() const { return answers_at(socket); }

    /// The thread that is the server's parent: the signal at the parent's death counts per thread,
    /// so it must live as long as the server shall. It also starts a server again that died.
    void keep(const std::function<void(Result<void>)>& tell) {
        Result<void> launched = launch();
        tell(launched);
        while (launched) {
            const int code = wait_for(process);
            if (stopping) {
                return;
            }
            log::error("db", "the database server ended; it is started again", {{"code", code}});
            std::unique_lock guard(mutex);
            changed.wait_for(guard, kRestartPause, [&] { return stopping.load(); });
            if (stopping) {
                return;
            }
            launched = launch();
            if (!launched) {
                log::error(
                    "db",
                    "the database server cannot be started",
                    {{"cause", launched.error().cause}}
                );
            }
        }
        process = 0;
    }

    Result<void> start() {
        Result<void> launched;
        bool told = false;
        keeper = std::thread([&, this] {
            keep([&](Result<void> outcome) {
                const std::lock_guard guard(mutex);
                launched = std::move(outcome);
                told = true;
                changed.notify_all();
            });
        });
        {
            std::unique_lock guard(mutex);
            changed.wait(guard, [&] { return told; });
        }
        TRY(std::move(launched));
        const auto until = std::chrono::steady_clock::now() + options.start_timeout;
        while (!answers()) {
            if (std::chrono::steady_clock::now() > until || process == 0) {
                return start_failed("The database does not start");
            }
            std::this_thread::sleep_for(kReadyPollInterval);
        }
        return {};
    }

    void stop() {
        {
            const std::lock_guard guard(mutex);
            stopping = true;
            changed.notify_all();
        }
        const pid_t server = process;
        std::jthread impatience;
        if (server > 0 && keeper.joinable()) {
            kill(server, SIGINT);
            // The keeper reaps it, so the id stays ours until it is joined.
            impatience =
                std::jthread([this, server](const std::stop_token& done) { press(server, done); });
        }
        if (keeper.joinable()) {
            keeper.join();
        }
        process = 0;
        std::error_code error;
        std::filesystem::remove_all(socket, error);
    }

    void press(pid_t server, const std::stop_token& done) {
        std::mutex waiting;
        std::condition_variable_any ended;
        std::unique_lock guard(waiting);
        if (!ended.wait_for(guard, done, kStopFast, [&] { return done.stop_requested(); }) &&
            !done.stop_requested()) {
            kill(server, SIGQUIT);
        }
        if (!ended.wait_for(guard, done, kStopAtOnce, [&] { return done.stop_requested(); }) &&
            !done.stop_requested()) {
            kill(server, SIGKILL);
        }
    }

    EmbeddedPostgresOptions options;
    Account account{};
    std::filesystem::path state;
    std::filesystem::path data;
    std::filesystem::path socket;
    std::filesystem::path log_file;
    int lock = -1;
    std::atomic<pid_t> process{0};
    std::atomic<bool> stopping{false};
    std::mutex mutex;
    std::condition_variable changed;
    std::thread keeper;
};

EmbeddedPostgres::EmbeddedPostgres(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<EmbeddedPostgres>> EmbeddedPostgres::start(EmbeddedPostgresOptions options) {
    auto parts = std::make_unique<Parts>(std::move(options));
    TRY(parts->prepare());
    TRY(parts->make_cluster());
    TRY(write_cluster_config(parts->data, parts->socket, parts->options, parts->account));
    // From here on the destructor cleans up.
    std::unique_ptr<EmbeddedPostgres> embedded(new EmbeddedPostgres(std::move(parts)));
    TRY(embedded->parts_->start());
    return embedded;
}

EmbeddedPostgres::~EmbeddedPostgres() {
    stop();
}

void EmbeddedPostgres::stop() {
    parts_->stop();
}

std::optional<std::string> EmbeddedPostgres::find_running(
    const EmbeddedPostgresOptions& options, std::string_view role, std::string_view database
) {
    std::error_code error;
    const auto state = std::filesystem::canonical(options.state_directory, error);
    if (error) {
        return std::nullopt;
    }
    for (const auto& root : options.socket_roots) {
        const auto socket = socket_folder(root, state);
        if (answers_at(socket)) {
            return dsn_of(socket, role.empty() ? kSuperuser : role, database);
        }
    }
    return std::nullopt;
}

std::string EmbeddedPostgres::dsn(std::string_view role, std::string_view database) const {
    return dsn_of(parts_->socket, role, database);
}

std::string EmbeddedPostgres::superuser() const {
    return std::string(kSuperuser);
}

const std::filesystem::path& EmbeddedPostgres::socket_directory() const {
    return parts_->socket;
}

int EmbeddedPostgres::process_id() const {
    return parts_->process;
}

}  // namespace hostelry::db
