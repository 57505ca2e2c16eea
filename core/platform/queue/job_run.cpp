#include "core/platform/queue/job_run.h"

#include "core/base/bytes.h"
#include "core/platform/log/log.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hostelry::queue {
namespace {

using namespace std::chrono_literals;
constexpr auto kDelayMin = 100ms;
constexpr int kUndoAttemptsMin = 3;
constexpr int kDoublingsMax = 20;
constexpr std::size_t kOutputBytesMax = 1_MiB;

bool needs_undo(const StepRecord& record) {
    return record.state != "pending" && record.state != "undone" && record.state != "undo_failed";
}

}  // namespace

/// Parsed once per run or attempt, for the step's function.
struct JobRun::Current {
    nlohmann::json input;
    std::map<std::string, nlohmann::json, std::less<>> outputs;
    nlohmann::json so_far;
    nlohmann::json nothing;
    std::chrono::steady_clock::time_point overdue_at;
    TimePoint deadline;
    int attempt = 1;
    std::optional<std::chrono::milliseconds> again;
};

JobRun::JobRun(
    db::Database& database,
    const Clock& clock,
    Random& random,
    const std::string& worker,
    const JobKind& kind,
    ClaimedJob job
)
    : clock_(clock),
      random_(random),
      kind_(kind),
      journal_(database, clock, worker, std::move(job), signals_),
      cancelling_(journal_.job().cancel_requested),
      failure_(journal_.job().is_undoing && !cancelling_ ? journal_.job().error : ""),
      current_(std::make_unique<Current>()) {}

JobRun::~JobRun() = default;

JobRun::Ending JobRun::run() {
    try {
        current_->input = job().input.parse();
        if (job().has_steps) {
            records_ = journal_.load_steps();
        }
        for (const auto& [name, record] : records_) {
            if (record.state == "done") {
                current_->outputs[name] = record.output.parse();
            }
        }
        return job().is_undoing || cancelling_ ? run_undos() : run_forward();
    } catch (const LeaseLost&) {
        return Ending::LeaseLost;
    }
}

JobRun::Ending JobRun::run_forward() {
    for (std::size_t position = 0; position < kind_.steps.size(); ++position) {
        const Step& step = kind_.steps[position];
        StepRecord& record = record_of(position);
        if (record.state == "done") {
            continue;
        }
        if (cancelling_) {
            return run_undos();
        }
        if (signals_.is_raised(RunSignals::Signal::StopAfterStep)) {
            journal_.give_back();
            return Ending::GivenBack;
        }
        // A rerun after a crash or a wait is the same attempt; only failures count.
        record.attempt += record.state == "running" || record.state == "waiting" ? 0 : 1;
        if (!is_light()) {
            cancelling_ = journal_.start_step(step, position, record, false);
        }
        record.state = "running";
        StepOutcome outcome = attempt(position, false);
        if (outcome.kind == StepOutcome::Kind::Failed) {
            return end_after_failure(position, outcome);
        }
        record.output = std::move(outcome.output);
        if (outcome.kind == StepOutcome::Kind::Again) {
            record.state = "waiting";
            if (is_light()) {
                journal_.start_step(step, position, record, false);
            }
            cancelling_ = journal_.wait_in_step(step, record, outcome.delay);
            return Ending::Waiting;
        }
        record.state = "done";
        if (is_light() && record.output.text() == "null" && !journal_.has_unwritten()) {
            return Ending::CompletedUnwritten;
        }
        cancelling_ =
            journal_.finish_step(step, record, count_done(), position + 1 == kind_.steps.size());
        current_->outputs[step.name] = record.output.parse();
    }
    return cancelling_ ? run_undos() : Ending::Succeeded;
}

JobRun::Ending JobRun::end_after_failure(std::size_t position, const StepOutcome& outcome) {
    const Step& step = kind_.steps[position];
    StepRecord& record = record_of(position);
    const bool was_cancelled = signals_.is_raised(RunSignals::Signal::Cancel);
    if (!was_cancelled && signals_.is_raised(RunSignals::Signal::StopNow)) {
        journal_.give_back();
        return Ending::GivenBack;
    }
    const bool again = is_retryable(outcome.error.code) && record.attempt < step.attempts_max;
    if (again && !was_cancelled) {
        record.state = "retrying";
        journal_.retry_step(
            step,
            position,
            record,
            outcome.error,
            backoff(step, record.attempt, outcome.error),
            false
        );
        return Ending::Retrying;
    }
    record.state = "failed";
    cancelling_ = journal_.fail_step(step, position, record, outcome.error);
    failure_ = cancelling_ ? "" : outcome.error.message;
    return run_undos();
}

JobRun::Ending JobRun::run_undos() {
    if (!job().is_undoing) {
        cancelling_ = journal_.begin_undo();
    }
    for (std::size_t position = kind_.steps.size(); position-- > 0;) {
        if (!needs_undo(record_of(position))) {
            continue;
        }
        if (signals_.is_raised(RunSignals::Signal::StopAfterStep)) {
            journal_.give_back();
            return Ending::GivenBack;
        }
        if (!undo_step(position)) {
            return signals_.is_raised(RunSignals::Signal::StopNow) ? Ending::GivenBack
                                                                   : Ending::Retrying;
        }
    }
    journal_.finish_undone();
    return cancelling_ ? Ending::Cancelled : Ending::Failed;
}

bool JobRun::undo_step(std::size_t position) {
    const Step& step = kind_.steps[position];
    StepRecord& record = record_of(position);
    std::string failure;
    if (step.undo) {
        record.attempt = record.state == "undoing" ? record.attempt + 1 : 1;
        cancelling_ = journal_.start_step(step, position, record, true) || cancelling_;
        record.state = "undoing";
        const StepOutcome outcome = attempt(position, true);
        if (outcome.kind == StepOutcome::Kind::Failed) {
            if (signals_.is_raised(RunSignals::Signal::StopNow)) {
                journal_.give_back();
                return false;
            }
            const int attempts_max = std::max(step.attempts_max, kUndoAttemptsMin);
            if (is_retryable(outcome.error.code) && record.attempt < attempts_max) {
                journal_.retry_step(
                    step,
                    position,
                    record,
                    outcome.error,
                    backoff(step, record.attempt, outcome.error),
                    true
                );
                return false;
            }
            failure = step.title + ": " + outcome.error.message;
        }
    }
    record.state = failure.empty() ? "undone" : "undo_failed";
    cancelling_ = journal_.finish_undo(step, record, count_done(), failure) || cancelling_;
    return true;
}

StepOutcome JobRun::attempt(std::size_t position, bool undoing) {
    const Step& step = kind_.steps[position];
    const StepRecord& record = record_of(position);
    current_->so_far = record.output.parse();
    current_->attempt = record.attempt;
    current_->overdue_at = clock_.steady() + step.timeout;
    current_->deadline = clock_.now() + step.timeout;
    current_->again.reset();
    ++steps_run_;
    StepContext context{*this, position, undoing};
    StepOutcome outcome = call(step, context, undoing);
    if (signals_.is_raised(RunSignals::Signal::LeaseLost)) {
        throw LeaseLost{};  // NOLINT(hicpp-exception-baseclass): see there
    }
    if (outcome.output.text().size() > kOutputBytesMax) {
        outcome.kind = StepOutcome::Kind::Failed;
        outcome.error = {
            .code = ErrorCode::Internal,
            .message = "The step answered more than a job may keep.",
            .fields = {},
            .cause = {},
            .retry_after = {}};
    }
    if (outcome.kind == StepOutcome::Kind::Failed) {
        log::warn(
            "queue",
            undoing ? "undo failed" : "step failed",
            {{"job", job().id.to_string()},
             {"kind", job().kind},
             {"step", step.name},
             {"attempt", record.attempt},
             {"code", code_name(outcome.error.code)},
             {"message", outcome.error.message},
             {"cause", outcome.error.cause}}
        );
    }
    return outcome;
}

StepOutcome JobRun::call(const Step& step, StepContext& context, bool undoing) {
    const auto failed = [](Error error) {
        return StepOutcome{.kind = StepOutcome::Kind::Failed, .error = std::move(error)};
    };
    try {
        if (undoing) {
            auto undone = step.undo(context);
            return undone ? StepOutcome{.kind = StepOutcome::Kind::Done}
                          : failed(std::move(undone).error());
        }
        auto output = step.run(context);
        if (!output) {
            return failed(std::move(output).error());
        }
        StepOutcome outcome{.kind = StepOutcome::Kind::Done, .output = db::JsonText::from(*output)};
        if (current_->again) {
            outcome.kind = StepOutcome::Kind::Again;
            outcome.delay = *current_->again;
        }
        return outcome;
    } catch (const std::exception& error) {
        return failed(
            {.code = ErrorCode::Internal,
             .message = "The step \"" + step.title + "\" ended by an unexpected error.",
             .fields = {},
             .cause = error.what(),
             .retry_after = {}}
        );
    }
}

bool JobRun::is_light() const {
    return kind_.steps.size() == 1 && !kind_.steps.front().undo && !job().has_steps;
}

StepRecord& JobRun::record_of(std::size_t position) {
    return records_[kind_.steps[position].name];
}

int JobRun::count_done() const {
    return static_cast<int>(std::ranges::count_if(kind_.steps, [&](const Step& step) {
        const auto found = records_.find(step.name);
        return found != records_.end() && found->second.state == "done";
    }));
}

/// Doubles, with a quarter of jitter either way; never sooner than the other side asked for.
std::chrono::milliseconds JobRun::backoff(const Step& step, int attempt, const Error& error) {
    const auto doublings = std::clamp(attempt - 1, 0, kDoublingsMax);
    const auto plain = std::min(step.backoff_first * (1 << doublings), step.backoff_max);
    std::byte random[1];
    random_.fill(random);
    const auto jittered = plain * (192 + std::to_integer<int>(random[0]) / 2) / 256;
    return std::max(jittered, error.retry_after.value_or(0ms));
}

JobId StepContext::job() const {
    return run_.job().id;
}
TenantId StepContext::tenant() const {
    return run_.job().tenant;
}
std::optional<UserId> StepContext::actor() const {
    return run_.job().actor;
}
const std::string& StepContext::kind() const {
    return run_.job().kind;
}
const std::string& StepContext::step() const {
    return run_.kind_.steps[step_].name;
}
const nlohmann::json& StepContext::input() const {
    return run_.current_->input;
}

const nlohmann::json& StepContext::output_of(std::string_view step) const {
    const auto found = run_.current_->outputs.find(step);
    return found == run_.current_->outputs.end() ? run_.current_->nothing : found->second;
}

const nlohmann::json& StepContext::output_so_far() const {
    return run_.current_->so_far;
}

void StepContext::note(std::string_view text) {
    run_.journal_.note(step(), text);
}
void StepContext::log(std::string_view line) {
    run_.journal_.log(step(), line);
}

bool StepContext::cancelled() const {
    return run_.signals_.must_end(undoing_) || run_.clock_.steady() > run_.current_->overdue_at;
}

bool StepContext::sleep_for(std::chrono::milliseconds duration) const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        run_.current_->overdue_at - run_.clock_.steady()
    );
    const bool slept = run_.signals_.sleep(std::clamp(left, 0ms, duration), undoing_);
    return slept && left >= duration;
}

const std::string& StepContext::failure() const {
    return run_.failure_;
}

std::string StepContext::idempotency_key() const {
    return run_.job().id.to_string() + "/" + step() + (undoing_ ? "/undo" : "");
}

int StepContext::attempt() const {
    return run_.current_->attempt;
}
TimePoint StepContext::deadline() const {
    return run_.current_->deadline;
}
const Clock& StepContext::clock() const {
    return run_.clock_;
}

Result<nlohmann::json> StepContext::again_in(
    std::chrono::milliseconds delay, const nlohmann::json& output_so_far
) {
    run_.current_->again = std::max(delay, kDelayMin);
    return output_so_far;
}

}  // namespace hostelry::queue
