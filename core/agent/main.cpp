// hostelry-agent: what reaches a managed server. See core/agent/README.md.

#include "core/agent/commands/cron/cron_commands.h"
#include "core/agent/commands/programs/site_program.h"
#include "core/agent/commands/server/server_facts.h"
#include "core/agent/commands/vocabulary.h"
#include "core/agent/protocol/agent_ca.h"
#include "core/agent/runtime/descriptor.h"
#include "core/agent/runtime/enrolment.h"
#include "core/agent/runtime/php.h"
#include "core/agent/runtime/plan_runner.h"
#include "core/agent/runtime/session.h"
#include "core/agent/runtime/site_worker.h"
#include "core/agent/runtime/web_server.h"
#include "core/base/text.h"
#include "core/base/time.h"
#include "core/platform/log/log.h"

#include <nlohmann/json.hpp>
#include <signal.h>
#include <unistd.h>

#include <exception>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace hostelry::agent {
namespace {

using Words = std::vector<std::string>;

constexpr int kUsage = 2;
constexpr int kNotEnrolled = 78;  // EX_CONFIG; the unit does not restart on it.
constexpr std::chrono::hours kPlanMax{1};

constexpr std::string_view kHelp = R"(hostelry-agent COMMAND

  run        Keep the connection to the panel and do its work (what the service does).
  enrol      Get this server's certificate from a panel, with a one-time token:
             enrol --panel HOST:PORT --token-file FILE --ca-fingerprint sha256:HEX --server-id ID
  apply      Carry out one plan from standard input; its result goes to standard output.
  identity   Say who this server is to which panel, as JSON.
  status     Say whether the panel is connected, as JSON; exit code 0 when it is.
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
    std::cout << encode_outcome(outcome) << "\n" << std::flush;
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
    std::cout << (*any ? "changed" : "unchanged") << "\n" << std::flush;
    return 0;
}

int facts(const Layout& layout) {
    std::cout << collect_facts(layout, vocabulary().names()) << "\n" << std::flush;
    return 0;
}

/// --name value pairs; every one of `names` is needed and no other is taken.
Result<std::map<std::string, std::string>> options_of(const Words& words, const Words& names) {
    std::map<std::string, std::string> options;
    for (std::size_t i = 1; i + 1 < words.size(); i += 2) {
        options[words[i]] = words[i + 1];
    }
    bool fine = words.size() == 1 + 2 * names.size() && options.size() == names.size();
    for (const auto& name : names) {
        fine = fine && options.contains(name);
    }
    if (!fine) {
        return fail(ErrorCode::Invalid, "Needed options: " + join(names, " ") + ".");
    }
    return options;
}

Result<void> enrol_and_save(const Layout& layout, const Words& words) {
    constexpr std::size_t kTokenBytesMax = 200;
    auto options =
        TRY(options_of(words, {"--panel", "--token-file", "--ca-fingerprint", "--server-id"}));
    const auto token = TRY(read_file(options["--token-file"], kTokenBytesMax));
    if (!token) {
        return fail(ErrorCode::NotFound, "The token file does not exist.");
    }
    const auto panel = TRY(parse_panel_address(options["--panel"]));
    const auto identity = TRY(enrol({
        .panel = panel,
        .server_id = options["--server-id"],
        .token = std::string(trim(*token)),
        .ca_fingerprint = lower_ascii(options["--ca-fingerprint"]),
    }));
    return save_identity(layout, identity);
}

int enrol(const Layout& layout, const Words& words) {
    const auto done = enrol_and_save(layout, words);
    if (!done) {
        return complain(done.error());
    }
    std::cout << "enrolled"
              << "\n"
              << std::flush;
    return 0;
}

int run(const Layout& layout) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs yet
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    static_cast<void>(signal(SIGPIPE, SIG_IGN));
    const auto identity = load_identity(layout);
    if (!identity) {
        return complain(identity.error());
    }
    if (!*identity) {
        std::cerr << "hostelry-agent: this server is not enrolled yet\n";
        return kNotEnrolled;
    }
    const SystemClock clock;
    SystemRandom random;
    const auto registry = vocabulary();
    PlanRunner runner(registry, layout, clock);
    Sampler sampler(layout, clock);
    return run_daemon(
        {.layout = layout,
         .clock = clock,
         .random = random,
         .runner = runner,
         .facts = [&] { return collect_facts(layout, registry.names()); },
         .sample = [&] { return sampler.take(); },
         .version = std::string(agent_version()),
         .boot_id = boot_id()},
        **identity
    );
}

int status(const Layout& layout) {
    const auto text = read_status(layout);
    if (!text) {
        return complain(text.error());
    }
    std::cout << *text;
    return text->find("\"connected\":true") != std::string::npos ? 0 : 1;
}

/// Who this agent is, without its key.
int identity(const Layout& layout) {
    const auto known = load_identity(layout);
    if (!known || !*known) {
        std::cerr << "hostelry-agent: this server is not enrolled yet\n";
        return kNotEnrolled;
    }
    const Identity& own = **known;
    const auto certificate = read_certificate(own.certificate_pem);
    const auto ca = read_certificate(own.ca_pem);
    if (!certificate || !ca) {
        return complain(Error{ErrorCode::Internal, "The identity is damaged.", {}, {}, {}, false});
    }
    const auto now = SystemClock().now();
    std::cout << nlohmann::json{
        {"server_id", own.server_id},
        {"panel", own.panel.host + ":" + std::to_string(own.panel.port)},
        {"ca_fingerprint", ca->fingerprint},
        {"not_after", format_rfc3339(certificate->not_after)},
        {"expired", certificate->not_after <= now}
    } << "\n" << std::flush;
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
    if (command == "run") {
        return run(layout);
    }
    if (command == "enrol") {
        return enrol(layout, words);
    }
    if (command == "identity") {
        return identity(layout);
    }
    if (command == "status") {
        return status(layout);
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

}  // namespace hostelry::agent

int main(int argc, char** argv) {
    try {
        const bool daemon = argc > 1 && std::string_view(argv[1]) == "run";
        hostelry::log::set_up(
            {.level = daemon ? hostelry::log::Level::Info : hostelry::log::Level::Warn,
             .format = hostelry::log::Format::Human,
             .file = {}}
        );
        return hostelry::agent::dispatch({argv + 1, argv + argc});
    } catch (const std::exception& problem) {
        std::cerr << "hostelry-agent: " << problem.what() << '\n';
        return 70;
    }
}
