#include "core/features/certificates/acme_helper_process.h"

#include "core/platform/log/log.h"
#include "core/platform/process/process.h"

#include <nlohmann/json.hpp>

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

namespace hostelry::certificates {

using nlohmann::json;

namespace {

constexpr auto kPython = "/usr/bin/python3";
// Ten nonces refused in a row, each with its own time limit, would be longer; then the helper is
// started again.
constexpr std::chrono::seconds kAnswerLimit{90};
constexpr std::chrono::seconds kStopGrace{2};

}  // namespace

class AcmeHelperProcess::Owner {
public:
    explicit Owner(std::string helper) : helper_(std::move(helper)) {}

    ~Owner() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        news_.notify_all();
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    Result<std::string> exchange(std::string line) {
        std::promise<Result<std::string>> promise;
        auto answer = promise.get_future();
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) {
                return fail(ErrorCode::Unavailable, "The panel is stopping.");
            }
            if (!thread_.joinable()) {
                thread_ = std::thread([this] { work(); });
            }
            asked_.emplace_back(std::move(line), std::move(promise));
        }
        news_.notify_all();
        return answer.get();
    }

private:
    using Asked = std::pair<std::string, std::promise<Result<std::string>>>;

    void work() {
        std::optional<process::Child> child;
        while (auto next = wait_for_next()) {
            auto answer = serve(child, next->first);
            if (!answer) {
                child.reset();
            }
            next->second.set_value(std::move(answer));
        }
        if (child) {
            child->stop(kStopGrace);
        }
    }

    std::optional<Asked> wait_for_next() {
        std::unique_lock lock(mutex_);
        news_.wait(lock, [this] { return stopping_ || !asked_.empty(); });
        if (asked_.empty()) {
            return std::nullopt;
        }
        auto next = std::move(asked_.front());
        asked_.pop_front();
        return next;
    }

    Result<std::string> serve(std::optional<process::Child>& child, const std::string& line) const {
        if (!child || !child->is_running()) {
            process::Command command;
            command.program = kPython;
            command.argv = {helper_};
            child = TRY(process::Child::start(command));
        }
        TRY(child->write(line + "\n"));
        return child->read_line(kAnswerLimit);
    }

    const std::string helper_;
    std::mutex mutex_;
    std::condition_variable news_;
    std::deque<Asked> asked_;
    std::thread thread_;
    bool stopping_ = false;
};

AcmeHelperProcess::AcmeHelperProcess(std::string helper)
    : owner_(std::make_unique<Owner>(std::move(helper))) {}
AcmeHelperProcess::~AcmeHelperProcess() = default;

Result<json> AcmeHelperProcess::ask(
    const std::string& action, const json& request, AcmeRefusal* refusal
) {
    json message = request;
    message["do"] = action;
    message["id"] = 1;
    const auto line = owner_->exchange(message.dump());
    if (!line) {
        return fail(
            ErrorCode::ProviderUnavailable, "The ACME helper does not answer.", line.error().message
        );
    }
    const auto answer = json::parse(*line, nullptr, false);
    if (!answer.is_object() || !answer.contains("ok")) {
        return fail(ErrorCode::Internal, "The ACME helper answered nonsense.");
    }
    if (answer.at("ok") == true) {
        return answer.at("answer");
    }
    if (refusal != nullptr) {
        refusal->kind = answer.value("kind", "");
    }
    auto failure = fail(
        code_from_name(answer.value("code", "internal")),
        answer.value("message", "The ACME helper failed."),
        answer.value("cause", "")
    );
    if (const auto wait = answer.value("retry_after_ms", std::int64_t{0}); wait > 0) {
        failure.value().retry_after = std::chrono::milliseconds(wait);
    }
    return failure;
}

}  // namespace hostelry::certificates
