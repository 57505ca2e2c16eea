// A worker process for the kill tests: runs one kind of three steps that act on files, and kills
// itself (-9) at the place it is told to. Usage: test_queue_worker DSN DIRECTORY [PLACE
// [LIFE_SIGNS]]
//   PLACE "before:<step>"  the step has begun, nothing is done
//         "acted:<step>"   the step has acted, its answer is not stored
//         "undo-before:<step>", "undo-acted:<step>" likewise
// The job's input {"fail": true} makes the last step fail for good.

#include "core/platform/db/database.h"
#include "core/platform/db/listener.h"
#include "core/platform/queue/worker.h"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

using namespace hostelry;
using namespace std::chrono_literals;

struct World {
    std::filesystem::path directory;
    std::string place;

    void die_at(const std::string& here) const {
        if (here == place) {
            ::kill(getpid(), SIGKILL);
        }
    }
    /// The ledger counts what was really done; a step that looks before it acts does it once.
    void record(const std::string& what) const {
        std::ofstream(directory / "ledger", std::ios::app) << what << "\n" << std::flush;
    }
    void act(const std::string& step) const {
        die_at("before:" + step);
        if (!std::filesystem::exists(directory / step)) {
            record(step);
            std::ofstream(directory / step) << step;
        }
        die_at("acted:" + step);
    }
    void take_back(const std::string& step) const {
        die_at("undo-before:" + step);
        if (std::filesystem::exists(directory / step)) {
            record("undo " + step);
            std::filesystem::remove(directory / step);
        }
        die_at("undo-acted:" + step);
    }
};

queue::Step make_step(const World& world, const std::string& name, bool may_fail) {
    return {
        .name = name,
        .title = "Do " + name,
        .run = [&world, name, may_fail](queue::StepContext& step) -> Result<nlohmann::json> {
            world.act(name);
            if (may_fail && step.input().value("fail", false)) {
                return fail(ErrorCode::ProviderRefused, "It cannot be done.");
            }
            return nlohmann::json{{"did", name}};
        },
        .undo = [&world, name](queue::StepContext&) -> Result<void> {
            world.take_back(name);
            return {};
        },
    };
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        return 2;
    }
    const World world{arguments[2], count > 3 ? arguments[3] : ""};
    const SystemClock clock;
    SystemRandom random;
    db::Database database({.dsn = arguments[1]}, clock);
    db::Listener listener(arguments[1]);
    listener.start();
    queue::Registry registry;
    registry.add({
        .name = "test.kill",
        .title = "Be killed",
        .steps =
            {make_step(world, "one", false),
             make_step(world, "two", false),
             make_step(world, "three", true)},
    });
    queue::Worker worker(
        database,
        registry,
        clock,
        random,
        &listener,
        count > 4 ? queue::WorkerOptions{.poll = 300ms, .life_signs = arguments[4]}
                  : queue::WorkerOptions{.lease = 900ms, .heartbeat = 200ms, .poll = 300ms}
    );
    worker.start();
    // Until the test closes our standard input.
    char nothing = 0;
    while (::read(0, &nothing, 1) > 0) {
    }
    worker.stop(1s);
    return 0;
}
