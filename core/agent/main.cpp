// hostelry-agent: what reaches a managed server. See core/agent/README.md.

#include "core/agent/commands/cron/cron_commands.h"
#include "core/agent/commands/programs/site_program.h"
#include "core/agent/commands/server/server_facts.h"
#include "core/agent/commands/vocabulary.h"
#include "core/agent/runtime/php.h"
#include "core/agent/runtime/plan_runner.h"
#include "core/agent/runtime/site_worker.h"
#include "core/agent/runtime/web_server.h"
#include "core/platform/log/log.h"

#include <exception>
#include <iostream>
#include <iterator>
#include <string>
#include <unistd.h>
#include <vector>

using namespace hostelry;
using namespace hostelry::agent;

namespace {

using Words = std::vector<std::string>;

constexpr int kUsage = 2;
constexpr std::chrono::hours kPlanMax{1};

constexpr std::string_view kHelp = R"(hostelry-agent COMMAND

  run        Keep the connection to the panel and do its work (what the service does).
  enrol      Get this server's certificate from a panel, with a one-time token:
             enrol --panel HOST:PORT --token-file FILE --ca-fingerprint sha256:HEX --server-id ID
  apply      Carry out one plan from standard input; its result goes to standard output.
  facts      Say what kind of server this is, as JSON.
  prepare    Put the shared files of nginx and PHP-FPM in place; says "changed" or "unchanged".
  actions    List the actions plans may hold.
  version    Say which version this is.
)";

int complain(const Error& error) {
    std::cerr << "hostelry-agent: " << error.message << '\n';
    for (const auto& field : error.fields) {
        std::cerr << "  " << field.field << ": " << field.message << '\n';
    }
    if (!error.cause.empty()) {
        std::cerr << "  " << error.cause << '\n';
    }
    return exit_code(error.code);
}

std::string standard_input() {
    return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

int apply(const Layout& layout) {
    const SystemClock clock;
    const auto registry = vocabulary();
    const auto plan = parse_plan(standard_input());
    if (!plan) {
        return complain(plan.error());
    }
    PlanRunner runner(registry, layout, clock);
    const auto outcome = runner.run(*plan, kPlanMax, {});
    std::cout << encode_outcome(outcome) << std::endl;
    return outcome.ok() ? 0 : 1;
}

Result<bool> prepare_services(const Layout& layout) {
    bool any = TRY(ensure_web_floor(layout));
    for (const auto& version : installed_php_versions(layout)) {
        any = TRY(ensure_php_floor(layout, version)) || any;
    }
    return any;
}

int prepare(const Layout& layout) {
    const auto any = prepare_services(layout);
    if (!any) {
        return complain(any.error());
    }
    std::cout << (*any ? "changed" : "unchanged") << std::endl;
    return 0;
}

int facts(const Layout& layout) {
    std::cout << collect_facts(layout, vocabulary().names()) << std::endl;
    return 0;
}

int actions() {
    for (const auto& name : vocabulary().names()) {
        std::cout << name << '\n';
    }
    return 0;
}

int dispatch(const Words& words) {
    const Layout layout;
    const std::string command = words.empty() ? "help" : words.front();
    if (command == "apply") {
        return apply(layout);
    }
    if (command == "facts") {
        return facts(layout);
    }
    if (command == "prepare") {
        return prepare(layout);
    }
    if (command == "actions") {
        return actions();
    }
    if (command == "version" || command == "--version") {
        std::cout << "hostelry-agent " << agent_version() << '\n';
        return 0;
    }
    // The agent starts itself with these three; they are nobody else's business.
    if (command == "site-worker") {
        return run_site_worker(layout);
    }
    if (command == "site-exec" && words.size() >= 3) {
        return run_as_site(layout, words[1], {words.begin() + 2, words.end()});
    }
    if (command == "cron-run" && words.size() == 3) {
        return run_cron_entry(layout, words[1], words[2]);
    }
    (command == "help" || command == "--help" ? std::cout : std::cerr) << kHelp;
    return command == "help" || command == "--help" ? 0 : kUsage;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        log::set_up({.level = log::Level::Warn, .format = log::Format::Human, .file = {}});
        return dispatch(Words(argv + 1, argv + argc));
    } catch (const std::exception& problem) {
        std::cerr << "hostelry-agent: " << problem.what() << '\n';
        return 70;
    }
}
