#include "core/app/job_watch.h"

#include "core/app/api_client.h"
#include "core/base/text.h"
#include "core/base/time.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <set>
#include <thread>

namespace hostelry::app {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds kPause{250};
/// A panel that restarts is back within this.
constexpr std::chrono::seconds kPatience{60};

/// The answer to a GET; asks again while the panel is away.
Result<json> ask(const PanelAddress& panel, const std::string& path) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
        const auto answer = call_api(panel, http::Method::Get, path, nullptr, {});
        if (answer) {
            return json::parse(answer->body, nullptr, false);
        }
        if (answer.error().code != ErrorCode::Unavailable ||
            std::chrono::steady_clock::now() > until) {
            return tl::unexpected(answer.error());
        }
        std::this_thread::sleep_for(kPause);
    }
}

std::string text_of(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string took(const json& step) {
    const auto begun = parse_rfc3339(text_of(step, "started_at"));
    const auto ended = parse_rfc3339(text_of(step, "finished_at"));
    if (!begun || !ended) {
        return {};
    }
    return fmt::format("  {:.1f} s", std::chrono::duration<double>(*ended - *begun).count());
}

/// One line for a step that has come to an end, forwards or backwards; empty while it has not.
std::string line_of(const json& step) {
    const auto state = text_of(step, "state");
    const auto title = text_of(step, "title");
    if (state == "done") {
        return "✓ " + title + took(step);
    }
    const auto error = text_of(step, "error");
    if (state == "failed" || (state == "undone" && !error.empty())) {
        return "✗ " + title + took(step) + "  " + error;
    }
    if (state == "undone") {
        return "↶ " + title + "  taken back";
    }
    if (state == "undo_failed") {
        return "✗ " + title + "  could not be taken back: " + error;
    }
    return {};
}

Error error_of(const json& job) {
    Error error;
    error.code = text_of(job, "state") == "cancelled" ? ErrorCode::Cancelled
                                                      : code_from_name(text_of(job, "error_code"));
    error.message = text_of(job, "title") + ": " +
                    (text_of(job, "error").empty() ? "cancelled." : text_of(job, "error"));
    for (const auto& left : job.value("not_undone", json::array())) {
        error.message += " Left behind: " + left.get<std::string>();
    }
    return error;
}

}  // namespace

Result<json> watch_job(
    const PanelAddress& panel,
    const std::string& job,
    const std::function<void(const std::string& line)>& tell
) {
    const std::string path = "/api/v1/jobs/" + percent_encode(job);
    std::set<std::string> told;
    for (;;) {
        // The job first: when it has ended, the steps that are read afterwards are all there are.
        const auto now = TRY(ask(panel, path));
        const auto steps = TRY(ask(panel, path + "/steps"));
        for (const auto& step : steps.value("items", json::array())) {
            const auto line = line_of(step);
            if (!line.empty() && told.insert(line).second) {
                tell(line);
            }
        }
        if (now.value("finished_at", json(nullptr)).is_string()) {
            return text_of(now, "state") == "succeeded" ? Result<json>(now)
                                                        : tl::unexpected(error_of(now));
        }
        std::this_thread::sleep_for(kPause);
    }
}

}  // namespace hostelry::app
