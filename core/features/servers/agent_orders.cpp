#include "core/features/servers/agent_orders.h"

#include "core/agent/protocol/plan.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hostelry::servers {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kAgentGrace{15};        // to come back before we say it is away
constexpr seconds kAnswerMargin{10};      // beyond the plan's own time
constexpr milliseconds kLookEvery{2000};  // the net under NOTIFY
constexpr milliseconds kLookWithoutNotices{250};
constexpr milliseconds kAskCancelled{200};
constexpr std::int64_t kPlanSecondsMax = 3600;
constexpr std::size_t kMessageBytesMax = 2000;

/// What an agent says of a failure goes into rows, events and pages: one line, of bounded length.
std::string readable(std::string text) {
    text.resize(std::min(text.size(), kMessageBytesMax));
    while (!is_valid_utf8(text)) {
        text.pop_back();  // a character that was cut
    }
    std::replace_if(
        text.begin(),
        text.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; },
        ' '
    );
    return text;
}

Error failed_action(const nlohmann::json& outcome) {
    for (const auto& result : outcome.value("results", nlohmann::json::array())) {
        if (result.value("status", "") == "failed") {
            Error error;
            error.code = code_from_name(result.value("code", "internal"));
            error.message = readable(result.value("message", "An action on the server failed."));
            error.cause = "action " + readable(result.value("id", ""));
            error.maybe_applied = true;
            return error;
        }
    }
    return {ErrorCode::Internal, "The server did not carry out the plan.", {}, {}, {}, true};
}

Result<nlohmann::json> judge_answer(const std::string& text) {
    auto outcome = nlohmann::json::parse(text, nullptr, false);
    if (!outcome.is_object()) {
        return fail(ErrorCode::Internal, "The server's answer cannot be read.");
    }
    if (!outcome.value("ok", false)) {
        return tl::unexpected(failed_action(outcome));
    }
    return outcome;
}

std::int64_t whole_seconds(milliseconds time) {
    return std::clamp<std::int64_t>((time.count() + 999) / 1000, 1, kPlanSecondsMax);
}

}  // namespace

/// One caller's wait for one plan.
class AgentOrders::Wait {
public:
    Wait(AgentOrders& orders, ServerId server, const Uuid& plan, const ApplyOptions& options)
        : orders_(orders), server_(server), plan_(plan), options_(options) {
        const std::lock_guard lock(orders_.mutex_);
        orders_.waiting_[plan_.to_string()] = false;
    }
    ~Wait() {
        const std::lock_guard lock(orders_.mutex_);
        orders_.waiting_.erase(plan_.to_string());
    }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

    Result<nlohmann::json> run() {
        const auto begun = orders_.needs_.clock.steady();
        const auto until = begun + options_.timeout + kAnswerMargin;
        last_online_ = begun;
        while (true) {
            const auto state = orders_.ledger_.see(server_, plan_, seen_);
            if (state && *state) {
                report((*state)->progress);
                if ((*state)->answer) {
                    return judge_answer(*(*state)->answer);
                }
                TRY(check_presence((*state)->is_online));
            } else if (state) {
                return fail(ErrorCode::Unavailable, "The server was removed meanwhile.");
            }
            if (orders_.needs_.clock.steady() >= until) {
                return give_up(ErrorCode::Timeout, "The server did not answer in time.");
            }
            TRY(wait());
        }
    }

private:
    void report(const std::string& progress) {
        const auto entries = nlohmann::json::parse(progress, nullptr, false);
        if (!entries.is_array()) {
            return;
        }
        seen_ += static_cast<int>(entries.size());
        for (const auto& entry : entries) {
            if (options_.on_progress) {
                options_.on_progress(entry);
            }
        }
    }

    Result<void> check_presence(bool is_online) {
        const auto now = orders_.needs_.clock.steady();
        if (is_online) {
            last_online_ = now;
        }
        if (now - last_online_ <= kAgentGrace) {
            return {};
        }
        return give_up(
            ErrorCode::Unavailable,
            "The server is not connected to the panel. It comes back by itself when it can be "
            "reached again."
        );
    }

    Result<void> wait() {
        const auto step = orders_.needs_.listener != nullptr ? kLookEvery : kLookWithoutNotices;
        const auto look = orders_.needs_.clock.steady() + step;
        while (orders_.needs_.clock.steady() < look) {
            if (options_.cancelled && options_.cancelled()) {
                return give_up(ErrorCode::Cancelled, "Nobody waits for the server any more.");
            }
            if (orders_.wait_for_news(plan_, kAskCancelled)) {
                break;
            }
        }
        return {};
    }

    tl::unexpected<Error> give_up(ErrorCode code, std::string message) {
        const auto may_act = orders_.ledger_.abandon(plan_);
        auto error = fail(code, std::move(message));
        error.value().maybe_applied = !may_act || *may_act;
        return error;
    }

    AgentOrders& orders_;
    ServerId server_;
    Uuid plan_;
    const ApplyOptions& options_;
    int seen_ = 0;
    std::chrono::steady_clock::time_point last_online_;
};

AgentOrders::AgentOrders(Needs needs) : needs_(needs), ledger_(needs.database, needs.sealer) {}

Result<nlohmann::json> AgentOrders::apply(
    ServerId server, const nlohmann::json& plan, const ApplyOptions& options
) {
    auto order = plan;
    if (order.is_object() && !order.contains("plan")) {
        order["plan"] = new_uuid(needs_.clock, needs_.random).to_string();
    }
    const auto text = order.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    const auto checked = TRY(agent::parse_plan(text));
    const auto id = Uuid::parse(checked.id);
    if (!id) {
        return fail(ErrorCode::Invalid, "A plan's id is a UUID.");
    }
    listen_once();
    Wait wait(*this, server, *id, options);
    const auto posted = TRY(ledger_.post(server, *id, text, whole_seconds(options.timeout)));
    if (posted == Posted::Unknown) {
        return fail(ErrorCode::Unavailable, "The server has no agent yet.");
    }
    if (posted == Posted::Clash) {
        return fail(ErrorCode::Conflict, "This plan id stands for another plan.");
    }
    return wait.run();
}

void AgentOrders::listen_once() {
    std::call_once(listening_, [&] {
        if (needs_.listener != nullptr) {
            subscription_ = needs_.listener->listen(
                std::string(kAgentAnswerChannel),
                [this](const db::Notice& notice) { wake(notice.payload); }
            );
        }
    });
}

void AgentOrders::wake(std::string_view plan) {
    const std::lock_guard lock(mutex_);
    for (auto& [waiting, has_news] : waiting_) {
        has_news = has_news || plan.empty() || waiting == plan;
    }
    news_.notify_all();
}

bool AgentOrders::wait_for_news(const Uuid& plan, milliseconds patience) {
    std::unique_lock lock(mutex_);
    auto& has_news = waiting_[plan.to_string()];
    news_.wait_for(lock, patience, [&] { return has_news; });
    return std::exchange(has_news, false);
}

}  // namespace hostelry::servers
