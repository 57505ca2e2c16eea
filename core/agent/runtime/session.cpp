#include "core/agent/runtime/session.h"

#include "core/agent/protocol/agent_ca.h"
#include "core/agent/runtime/enrolment.h"
#include "core/agent/runtime/panel_link.h"
#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/platform/log/log.h"

#include <nlohmann/json.hpp>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

namespace hostelry::agent {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kConnectMax{15};
constexpr milliseconds kBackoffFirst{500};
constexpr milliseconds kBackoffLast{60'000};
constexpr seconds kRenewAgain{600};
constexpr std::size_t kOutboxMax = 1000;
constexpr std::size_t kUnsentBytesMax = 16_MiB;

std::string status_path(const Layout& layout) {
    return layout.run + "/status.json";
}

void note_status(const DaemonParts& parts, bool connected, const std::string& message) {
    static_cast<void>(ensure_directory(parts.layout.run, 0755));
    const nlohmann::json status{
        {"connected", connected},
        {"message", message},
        {"since", format_rfc3339(parts.clock.now())}};
    static_cast<void>(
        write_file_atomically(status_path(parts.layout), status.dump() + "\n", 0644, Durable::No)
    );
}

/// SIGTERM and SIGINT as a descriptor.
Descriptor stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    return Descriptor{signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK)};
}

bool is_readable(int descriptor, milliseconds wait) {
    pollfd entry{descriptor, POLLIN, 0};
    return poll(&entry, 1, static_cast<int>(wait.count())) == 1;
}

/// One connection, from hello to its end.
class Session {
public:
    Session(
        const DaemonParts& parts,
        Identity& identity,
        Outbox& outbox,
        PlanPool& pool,
        PanelLink link,
        int stop
    )
        : parts_(parts),
          identity_(identity),
          outbox_(outbox),
          pool_(pool),
          link_(std::move(link)),
          stop_(stop) {}

    /// How it ended; `welcomed` says whether the panel took us.
    Error run() {
        heard_ = parts_.clock.steady();
        if (auto said = say_hello(); !said) {
            return said.error();
        }
        while (true) {
            if (auto turned = turn(); !turned) {
                return turned.error();
            }
        }
    }

    bool welcomed() const { return welcomed_; }
    bool refused() const { return refused_; }

private:
    Result<void> say_hello() {
        Hello hello;
        hello.server_id = identity_.server_id;
        hello.agent_version = parts_.version;
        hello.boot_id = parts_.boot_id;
        hello.facts = parts_.facts();
        return queue(hello);
    }

    Result<void> turn() {
        TRY(send_due());
        TRY(flush());
        std::array<pollfd, 3> entries{{
            {link_.descriptor(), POLLIN, 0},
            {outbox_.descriptor(), POLLIN, 0},
            {stop_, POLLIN, 0},
        }};
        if (!unsent_.empty() || link_.wanted_events() != 0) {
            entries[0].events = static_cast<short>(
                entries[0].events | (unsent_.empty() ? link_.wanted_events() : POLLOUT)
            );
        }
        poll(entries.data(), entries.size(), static_cast<int>(wait_time().count()));
        if (entries[2].revents != 0) {
            return say_goodbye();
        }
        if (entries[0].revents != 0) {
            TRY(receive());
        }
        if (parts_.clock.steady() - heard_ > kSilenceMax) {
            return fail(ErrorCode::Timeout, "The panel is silent.");
        }
        return {};
    }

    Result<void> say_goodbye() {
        TRY(queue(Bye{"stopping", "The agent stops."}));
        TRY(flush());
        return fail(ErrorCode::Cancelled, "The agent stops.");
    }

    milliseconds wait_time() const {
        const auto now = parts_.clock.steady();
        const auto next =
            welcomed_ ? std::min(next_beat_, heard_ + kSilenceMax) : heard_ + kSilenceMax;
        const auto left = std::chrono::duration_cast<milliseconds>(next - now) + milliseconds{1};
        return std::clamp(left, milliseconds{1}, milliseconds{10'000});
    }

    Result<void> send_due() {
        if (!welcomed_) {
            return {};
        }
        for (auto& message : outbox_.take()) {
            TRY(queue(message));
        }
        const auto now = parts_.clock.steady();
        if (now < next_beat_) {
            return {};
        }
        next_beat_ = now + beat_;
        TRY(queue(Heartbeat{parts_.sample()}));
        TRY(queue(Ping{++pings_}));
        return renew_when_due(now);
    }

    Result<void> renew_when_due(steady_clock::time_point now) {
        const bool waiting = asked_ && now - *asked_ < kRenewAgain;
        if (waiting || !is_renewal_due(identity_, parts_.clock.now())) {
            return {};
        }
        const auto request = TRY(create_agent_request(identity_.server_id));
        asked_ = now;
        next_key_ = request.key_pem;
        return queue(Renew{request.csr_pem});
    }

    Result<void> queue(const Message& message) {
        auto frame = writer_.write(message);
        if (!frame) {
            log::error("agent", "message dropped", {{"type", message_type(message)}});
            return {};
        }
        unsent_ += *frame;
        return unsent_.size() <= kUnsentBytesMax
                   ? Result<void>{}
                   : fail(ErrorCode::Unavailable, "The panel takes nothing.");
    }

    Result<void> flush() {
        while (!unsent_.empty()) {
            const auto done = TRY(link_.write_some(unsent_));
            if (done == 0) {
                break;
            }
            unsent_.erase(0, done);
        }
        return {};
    }

    Result<void> receive() {
        const auto bytes = TRY(link_.read_some());
        if (!bytes.empty()) {
            heard_ = parts_.clock.steady();
        }
        reader_.feed(bytes);
        while (true) {
            auto message = reader_.next();
            if (!message) {
                static_cast<void>(queue(Bye{"protocol", message.error().message}));
                static_cast<void>(flush());
                return tl::unexpected(message.error());
            }
            if (!*message) {
                return {};
            }
            TRY(handle(**message));
        }
    }

    Result<void> handle(const Message& message) {
        if (const auto* welcome = std::get_if<Welcome>(&message)) {
            welcomed_ = true;
            beat_ = seconds{welcome->heartbeat_seconds};
            next_beat_ = parts_.clock.steady();
            note_status(parts_, true, "");
            log::info("agent", "connected", {{"panel", identity_.panel.host}});
            return {};
        }
        if (const auto* bye = std::get_if<Bye>(&message)) {
            refused_ = bye->code == "refused";
            return fail(ErrorCode::Unavailable, "The panel ended the session: " + bye->message);
        }
        if (!welcomed_) {
            return fail(ErrorCode::Invalid, "The panel spoke before it greeted.");
        }
        if (const auto* order = std::get_if<PlanOrder>(&message)) {
            return take_plan(*order);
        }
        if (const auto* renewed = std::get_if<Renewed>(&message)) {
            return take_certificate(*renewed);
        }
        return std::holds_alternative<Pong>(message)
                   ? Result<void>{}
                   : fail(ErrorCode::Invalid, "The panel sent what only an agent sends.");
    }

    Result<void> take_plan(const PlanOrder& order) {
        auto plan = parse_plan(order.plan);
        if (!plan) {
            return refuse_plan(order, plan.error());
        }
        if (!pool_.add(*plan, seconds{order.timeout_seconds})) {
            return refuse_plan(
                order,
                Error{ErrorCode::Unavailable, "The agent has too much to do.", {}, {}, {}, false}
            );
        }
        return {};
    }

    /// A plan that cannot be read is answered all the same, under the id it claims.
    Result<void> refuse_plan(const PlanOrder& order, const Error& error) {
        const auto claimed = nlohmann::json::parse(order.plan, nullptr, false);
        PlanOutcome outcome;
        outcome.plan =
            claimed.is_object() && claimed.contains("plan") && claimed["plan"].is_string()
                ? claimed["plan"].get<std::string>().substr(0, 100)
                : "unknown";
        ActionResult result;
        result.id = "plan";
        result.status = Status::Failed;
        result.code = code_name(error.code);
        result.message = error.message;
        outcome.results.push_back(result);
        return queue(PlanResult{outcome.plan, encode_outcome(outcome)});
    }

    Result<void> take_certificate(const Renewed& renewed) {
        if (next_key_.empty() ||
            !is_own_certificate(renewed.certificate_pem, next_key_, identity_.server_id)) {
            log::warn("agent", "a renewed certificate that is not ours was ignored");
            return {};
        }
        auto next = identity_;
        next.key_pem = std::exchange(next_key_, {});
        next.certificate_pem = renewed.certificate_pem;
        next.ca_pem = renewed.ca_pem;
        TRY(save_identity(parts_.layout, next));
        identity_ = next;
        asked_.reset();
        log::info("agent", "certificate renewed");
        return {};
    }

    const DaemonParts& parts_;
    Identity& identity_;
    Outbox& outbox_;
    PlanPool& pool_;
    PanelLink link_;
    int stop_;
    FrameWriter writer_;
    FrameReader reader_;
    std::string unsent_;
    bool welcomed_ = false;
    bool refused_ = false;
    seconds beat_ = kHeartbeatEvery;
    steady_clock::time_point next_beat_;
    steady_clock::time_point heard_;
    std::optional<steady_clock::time_point> asked_;
    std::string next_key_;
    std::int64_t pings_ = 0;
};

}  // namespace

Outbox::Outbox() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Outbox::put(Message message) {
    messages_.with([&](auto& messages) {
        if (messages.size() >= kOutboxMax && std::holds_alternative<Progress>(message)) {
            return;
        }
        messages.push_back(std::move(message));
    });
    wake();
}

void Outbox::wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto told = ::write(wake_.number(), &one, sizeof one);
}

std::deque<Message> Outbox::take() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_.number(), &count, sizeof count);
    return messages_.with([](auto& messages) { return std::exchange(messages, {}); });
}

void Outbox::drop_progress() {
    messages_.with([](auto& messages) {
        std::erase_if(messages, [](const Message& message) {
            return std::holds_alternative<Progress>(message);
        });
    });
}

PlanPool::PlanPool(PlanRunner& runner, Outbox& outbox) : runner_(runner), outbox_(outbox) {
    for (std::size_t i = 0; i < kPlansAtOnce; ++i) {
        workers_.emplace_back([this] { work(); });
    }
}

PlanPool::~PlanPool() {
    stop();
}

bool PlanPool::add(Plan plan, seconds time_limit) {
    const std::lock_guard lock(mutex_);
    if (known_.contains(plan.id)) {
        return true;
    }
    if (stopping_ || waiting_.size() >= kPlansWaitingMax) {
        return false;
    }
    known_.insert(plan.id);
    waiting_.push_back({std::move(plan), time_limit});
    more_.notify_one();
    return true;
}

void PlanPool::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        waiting_.clear();
    }
    more_.notify_all();
    for (auto& worker : workers_) {
        worker.join();
    }
    workers_.clear();
}

void PlanPool::work() {
    while (true) {
        Work next;
        {
            std::unique_lock lock(mutex_);
            more_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (stopping_) {
                return;
            }
            next = std::move(waiting_.front());
            waiting_.pop_front();
        }
        run_one(next);
    }
}

void PlanPool::run_one(const Work& work) {
    const auto outcome = runner_.run(
        work.plan,
        work.time_limit,
        [&](const ActionResult& result, std::string_view status) {
            outbox_.put(Progress{
                work.plan.id, result.id, std::string(status), result.message.substr(0, 1000)});
        }
    );
    {
        const std::lock_guard lock(mutex_);
        known_.erase(work.plan.id);
    }
    outbox_.put(PlanResult{work.plan.id, encode_outcome(outcome)});
}

milliseconds backoff(unsigned attempt, Random& random) {
    const auto doubled = kBackoffFirst * (std::int64_t{1} << std::min(attempt, 10U));
    const auto base = std::min<milliseconds>(doubled, kBackoffLast);
    std::array<std::byte, 2> dice{};
    random.fill(dice);
    const auto roll =
        std::to_integer<std::int64_t>(dice[0]) * 256 + std::to_integer<std::int64_t>(dice[1]);
    return base / 2 + base * roll / 131072;
}

int run_daemon(const DaemonParts& parts, Identity identity) {
    const auto stop = stop_signals();
    Outbox outbox;
    PlanPool pool(parts.runner, outbox);
    unsigned attempt = 0;
    while (true) {
        auto link = PanelLink::connect(
            identity.panel,
            {.ca_pem = identity.ca_pem, .ca_fingerprint = {}},
            &identity,
            kConnectMax
        );
        Error ended = link ? Error{} : link.error();
        if (link) {
            outbox.drop_progress();
            Session session(parts, identity, outbox, pool, std::move(*link), stop.number());
            ended = session.run();
            attempt = session.welcomed() ? 0 : attempt;
            attempt = session.refused() ? 10 : attempt;
        }
        if (ended.code == ErrorCode::Cancelled) {
            break;
        }
        note_status(parts, false, ended.message);
        const auto wait = backoff(attempt++, parts.random);
        log::warn(
            "agent",
            "no session",
            {{"reason", ended.message}, {"cause", ended.cause}, {"next_ms", wait.count()}}
        );
        if (is_readable(stop.number(), wait)) {
            break;
        }
    }
    signalfd_siginfo taken{};
    [[maybe_unused]] const auto got = ::read(stop.number(), &taken, sizeof taken);
    note_status(parts, false, "The agent is stopped.");
    pool.stop();
    return 0;
}

Result<std::string> read_status(const Layout& layout) {
    const auto text = TRY(read_file(status_path(layout), 4096));
    if (!text) {
        return fail(ErrorCode::NotFound, "The agent does not run.");
    }
    return *text;
}

}  // namespace hostelry::agent
