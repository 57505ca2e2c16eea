#include "core/app/doctor.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace hostelry::app {
namespace {

using nlohmann::json;

Finding finding_of(const Error& error) {
    std::string message = error.message;
    for (const auto& field : error.fields) {
        if (field.message != error.message) {
            message += " " + field.field + ": " + field.message;
        }
    }
    return {
        .name = "configuration",
        .health = Health::Failed,
        .message = message,
        .mend =
            "Correct the file or the HOSTELRY_ variable that is named. Nothing else was looked "
            "at.",
        .code = error.code};
}

std::string summary_of(const Findings& findings) {
    const auto count = [&](Health health) {
        return std::count_if(findings.begin(), findings.end(), [&](const Finding& finding) {
            return finding.health == health;
        });
    };
    return fmt::format(
        "{} ok, {} warnings, {} failed, {} skipped",
        count(Health::Well),
        count(Health::Warning),
        count(Health::Failed),
        count(Health::Skipped)
    );
}

}  // namespace

std::string_view health_name(Health health) {
    switch (health) {
        case Health::Well:
            return "ok";
        case Health::Skipped:
            return "skipped";
        case Health::Warning:
            return "warning";
        case Health::Failed:
            break;
    }
    return "failed";
}

Findings examine(const config::Config& config) {
    Findings all{{.name = "configuration", .message = "Every key is known and fits."}};
    for (const auto group :
         {examine_folders, examine_programs, examine_database, examine_network}) {
        auto found = group(config);
        std::move(found.begin(), found.end(), std::back_inserter(all));
    }
    return all;
}

int exit_code_of(const Findings& findings) {
    const auto failed = std::find_if(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.health == Health::Failed;
    });
    return failed == findings.end() ? 0 : exit_code(failed->code);
}

std::string render_findings(const Findings& findings, bool as_json) {
    if (as_json) {
        json document{{"checks", json::array()}, {"summary", summary_of(findings)}};
        for (const auto& finding : findings) {
            document["checks"].push_back(
                {{"name", finding.name},
                 {"state", std::string(health_name(finding.health))},
                 {"message", finding.message},
                 {"mend", finding.mend}}
            );
        }
        return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
    }
    std::string text;
    for (const auto& finding : findings) {
        text += fmt::format(
            "{:<8}  {:<18}  {}\n", health_name(finding.health), finding.name, finding.message
        );
        if (!finding.mend.empty() && finding.health != Health::Well) {
            text += fmt::format("{:<8}  {:<18}  -> {}\n", "", "", finding.mend);
        }
    }
    return text + summary_of(findings) + "\n";
}

Result<int> run_doctor(const Result<config::Config>& config, bool as_json) {
    // What the parts it tries would log is no finding.
    log::set_up({.level = log::Level::Error, .format = log::Format::Human, .file = {}});
    const Findings findings = config ? examine(*config) : Findings{finding_of(config.error())};
    fmt::print("{}", render_findings(findings, as_json));
    return exit_code_of(findings);
}

}  // namespace hostelry::app
