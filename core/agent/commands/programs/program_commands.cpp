#include "core/agent/commands/programs/program_commands.h"

#include "core/agent/commands/programs/site_program.h"
#include "core/agent/runtime/accounts.h"
#include "core/agent/runtime/programs.h"
#include "core/base/bytes.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace hostelry::agent {
namespace {

constexpr std::size_t kOutputKept = 16_KiB;

struct RunFacts {
    std::string site;
    std::vector<std::string> argv;
    std::string input;
    std::string php_version;
    std::int64_t timeout_s = 60;
    std::int64_t expect_exit = 0;
};

}  // namespace

}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::RunFacts>() {
    using hostelry::agent::RunFacts;
    static const Description kDescription{
        "RunFacts",
        {field<&RunFacts::site>("site", {.label = "Site", .required = true}),
         field<&RunFacts::argv>("argv", {.label = "Program", .required = true}),
         field<&RunFacts::input>("stdin", {.label = "Standard input", .kind = Kind::Multiline}),
         field<&RunFacts::php_version>("php_version", {.label = "PHP version"}),
         field<&RunFacts::timeout_s>(
             "timeout_s", {.label = "Time limit, seconds", .min = 1, .max = 3600}
         ),
         field<&RunFacts::expect_exit>(
             "expect_exit", {.label = "Expected exit code", .min = 0, .max = 255}
         )}};
    return kDescription;
}

namespace hostelry::agent {
namespace {

std::string tail(const std::string& text) {
    return text.size() <= kOutputKept ? text : text.substr(text.size() - kOutputKept);
}

bool says_unchanged(std::string_view output) {
    const auto text = trim(output);
    return text == "unchanged" || text == "already" || text.ends_with("\nunchanged");
}

class RunProgram final : public WithoutUndo<SiteCommand<RunFacts>> {
public:
    using WithoutUndo::WithoutUndo;

    void check(Problems& problems) const override {
        check_site(problems, facts.site);
        problems.unless(
            is_site_argv(facts.argv),
            "argv",
            "A program is \"php\" with at most 63 one-line arguments."
        );
        if (!facts.php_version.empty()) {
            check_php_version(problems, facts.php_version);
        }
    }

    Result<Outcome> preview(Host& /*host*/) const override {
        return changed("The program would run.", "! run " + facts.argv.front() + "\n");
    }

    Result<Outcome> apply(Host& host, const Memory& /*memory*/) const override {
        TRY(get_account(host.layout, facts.site));
        const auto program = find_site_program(facts.argv.front(), facts.php_version).value_or("");
        if (access(program.c_str(), X_OK) != 0) {
            return fail(ErrorCode::Unsupported, "\"" + program + "\" is not installed.");
        }
        std::vector<std::string> argv{"site-exec", facts.site, program};
        argv.insert(argv.end(), facts.argv.begin() + 1, facts.argv.end());
        const auto ended = TRY(call_program(
            {"/proc/self/exe", argv, facts.input, std::chrono::seconds{facts.timeout_s}}
        ));
        if (ended.exit_code != facts.expect_exit) {
            return fail(
                ErrorCode::Internal,
                "The program ended with exit code " + std::to_string(ended.exit_code) + ".",
                last_lines(ended)
            );
        }
        Outcome outcome = says_unchanged(ended.output) ? unchanged("The program had nothing to do.")
                                                       : changed("The program ran.");
        outcome.output = nlohmann::json{
            {"exit_code", ended.exit_code},
            {"stdout", tail(ended.output)},
            {"stderr",
             tail(ended.errors
             )}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        return outcome;
    }
};

}  // namespace

void add_program_commands(Registry& registry) {
    registry.add<RunProgram, RunFacts>("program.run");
}

}  // namespace hostelry::agent
