#include "core/platform/plugin_host/in_process.h"

#include "core/base/lock_guarded.h"
#include "core/platform/log/log.h"
#include "core/platform/plugin_host/call_state.h"
#include "core/platform/plugin_host/status.h"
#include "core/platform/plugin_host/text_view.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <condition_variable>
#include <map>
#include <mutex>
#include <vector>

namespace hostelry::plugin_host {

namespace {

using nlohmann::json;

/// Instance and account of one set of settings. Ended by whoever lets go of it last.
class Instance {
public:
    Instance(const hostelry_plugin* plugin, Account account)
        : plugin_(plugin), account_(std::move(account)) {}
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;
    ~Instance() {
        if (handle_ != nullptr) {
            try {
                plugin_->destroy(handle_);
            } catch (...) {
                log::error("plugin", "A plugin threw while an instance ended", {});
            }
        }
    }

    Account* account() { return &account_; }
    void* handle() const { return handle_; }
    void** handle_slot() { return &handle_; }
    /// For plugins that want one call at a time.
    std::mutex& turn() { return turn_; }

private:
    const hostelry_plugin* plugin_;
    Account account_;
    void* handle_ = nullptr;
    std::mutex turn_;
};

/// The fifth border at which exceptions end: a plugin that lets one through has a bug.
template <class Function>
RawAnswer run(const std::string& plugin, const CallFrame& frame, Function&& function) {
    CallState state(frame);
    try {
        const auto status = function(state.raw());
        if (const auto dropped = state.log_lines_dropped(); dropped > 0) {
            log::warn(
                "plugin",
                "A call wrote more log lines than one may; the rest was dropped",
                {{"plugin", plugin}, {"dropped", std::int64_t{dropped}}, {"trace", frame.trace}}
            );
        }
        return state.answer(status);
    } catch (const std::exception& error) {
        return {HOSTELRY_INTERNAL, {}, json{{"message", error.what()}}.dump()};
    } catch (...) {
        return {HOSTELRY_INTERNAL, {}, R"({"message":"unknown exception"})"};
    }
}

class InProcess final : public Placement {
public:
    InProcess(const Manifest& manifest, HostServices services)
        : manifest_(manifest), tables_(services, manifest) {}

    Result<std::string> load(const std::filesystem::path& folder) {
        const auto library = TRY(load_library(folder, manifest_, tables_.host()));
        plugin_ = library.plugin;
        return library.sha256;
    }

    Result<void> configure(
        const std::string& account, const std::string& settings, const CallFrame& frame
    ) override {
        const auto values = json::parse(settings);
        const std::lock_guard one_at_a_time(init_);
        auto instance =
            std::make_shared<Instance>(plugin_, TRY(Account::make(manifest_, account, values)));
        TRY(create(*instance, frame));
        TRY(apply_settings(*instance, values, frame));
        std::shared_ptr<Instance> replaced;
        {
            const std::lock_guard lock(mutex_);
            if (draining_) {
                return fail(ErrorCode::Unavailable, "The plugin is stopping.");
            }
            replaced = std::exchange(instances_[account], std::move(instance));
        }
        return {};
    }

    bool has_account(const std::string& account) const override {
        const std::lock_guard lock(mutex_);
        return instances_.contains(account);
    }

    bool offers(std::string_view capability, std::uint32_t revision, std::size_t offset)
        const override {
        return slot(capability, revision, offset) != nullptr;
    }

    Result<RawAnswer> call(
        const std::string& account,
        std::string_view capability,
        std::uint32_t revision,
        std::size_t offset,
        std::string_view request,
        const CallFrame& frame
    ) override {
        const auto member = slot(capability, revision, offset);
        if (member == nullptr) {
            return fail(ErrorCode::Unsupported, "The plugin does not have this function.");
        }
        return run_on(account, frame, [&](Instance& instance, const hostelry_call* call) {
            return member(instance.handle(), call, str(request));
        });
    }

    Result<RawAnswer> selftest(const std::string& account, const CallFrame& frame) override {
        if (!HOSTELRY_HAS(plugin_, selftest)) {
            return fail(ErrorCode::Unsupported, "The plugin has no connection test.");
        }
        return run_on(account, frame, [&](Instance& instance, const hostelry_call* call) {
            return plugin_->selftest(instance.handle(), call, str("{}"));
        });
    }

    Result<void> drain(std::chrono::steady_clock::time_point deadline) override {
        std::map<std::string, std::shared_ptr<Instance>> idle;
        {
            std::unique_lock lock(mutex_);
            draining_ = true;
            if (!quiet_.wait_until(lock, deadline, [this] { return running_ == 0; })) {
                return fail(
                    ErrorCode::Timeout,
                    fmt::format("{} still runs {} calls.", manifest_.id, running_)
                );
            }
            idle.swap(instances_);
        }
        return drain_instances(idle, deadline);
    }

private:
    hostelry_member slot(std::string_view capability, std::uint32_t revision, std::size_t offset)
        const {
        const auto* table = static_cast<const char*>(plugin_->get(str(capability), revision));
        if (table == nullptr) {
            return nullptr;
        }
        // Every capability table begins with its size, and all its members are of one type.
        const auto size = *reinterpret_cast<const std::uint32_t*>(table);
        if (offset + sizeof(hostelry_member) > size) {
            return nullptr;
        }
        return *reinterpret_cast<const hostelry_member*>(table + offset);
    }

    Result<void> create(Instance& instance, const CallFrame& frame) {
        const auto answer = run(manifest_.id, frame, [&](const hostelry_call* call) {
            return plugin_->create(instance.account(), call, instance.handle_slot());
        });
        if (answer.status != HOSTELRY_OK) {
            return tl::unexpected(to_error(answer.status, answer.problem, manifest_.id + " create")
            );
        }
        if (instance.handle() == nullptr) {
            return fail(ErrorCode::Internal, "A plugin failed.", manifest_.id + " created nothing");
        }
        return {};
    }

    Result<void> apply_settings(Instance& instance, const json& values, const CallFrame& frame) {
        const auto text =
            json{
                {"settings_version", manifest_.settings_version},
                {"settings", without_secrets(manifest_, values)}}
                .dump();
        const auto answer = run(manifest_.id, frame, [&](const hostelry_call* call) {
            return plugin_->configure(instance.handle(), call, str(text));
        });
        if (answer.status != HOSTELRY_OK) {
            return tl::unexpected(
                to_error(answer.status, answer.problem, manifest_.id + " configure")
            );
        }
        return {};
    }

    /// Counts a call as running for as long as it lives.
    class Visit {
    public:
        Visit(InProcess* house, std::shared_ptr<Instance> instance)
            : house_(house), instance_(std::move(instance)) {}
        Visit(Visit&& other) noexcept
            : house_(std::exchange(other.house_, nullptr)), instance_(std::move(other.instance_)) {}
        Visit& operator=(Visit&&) = delete;
        ~Visit() {
            if (house_ != nullptr) {
                instance_.reset();
                house_->leave();
            }
        }
        Instance& instance() const { return *instance_; }

    private:
        InProcess* house_;
        std::shared_ptr<Instance> instance_;
    };

    Result<Visit> enter(const std::string& account) {
        const std::lock_guard lock(mutex_);
        if (draining_) {
            return fail(ErrorCode::Unavailable, "The plugin is stopping.");
        }
        const auto found = instances_.find(account);
        if (found == instances_.end()) {
            return fail(
                ErrorCode::NotFound, fmt::format("{} has no account \"{}\".", manifest_.id, account)
            );
        }
        ++running_;
        return Visit(this, found->second);
    }

    void leave() {
        const std::lock_guard lock(mutex_);
        --running_;
        quiet_.notify_all();
    }

    template <class Function>
    Result<RawAnswer> run_on(
        const std::string& account, const CallFrame& frame, Function&& function
    ) {
        const auto visit = TRY(enter(account));
        auto& instance = visit.instance();
        std::unique_lock<std::mutex> turn(instance.turn(), std::defer_lock);
        if (manifest_.concurrency == Concurrency::Serial) {
            turn.lock();
        }
        auto answer = run(manifest_.id, frame, [&](const hostelry_call* call) {
            return function(instance, call);
        });
        // Whatever the plugin repeats of what it was told by others is shown to people and logged.
        answer.problem = instance.account()->redact(std::move(answer.problem));
        return answer;
    }

    Result<void> drain_instances(
        std::map<std::string, std::shared_ptr<Instance>>& instances,
        std::chrono::steady_clock::time_point deadline
    ) {
        const std::lock_guard one_at_a_time(init_);
        CallFrame frame;
        frame.deadline = deadline;
        for (const auto& entry : instances) {
            if (!HOSTELRY_HAS(plugin_, drain)) {
                continue;
            }
            const auto answer = run(manifest_.id, frame, [&](const hostelry_call* call) {
                return plugin_->drain(entry.second->handle(), call);
            });
            if (answer.status != HOSTELRY_OK) {
                return tl::unexpected(
                    to_error(answer.status, answer.problem, manifest_.id + " drain")
                );
            }
        }
        return {};
    }

    const Manifest& manifest_;
    HostTables tables_;
    const hostelry_plugin* plugin_ = nullptr;
    std::mutex init_;  // create, configure and drain come one at a time
    mutable std::mutex mutex_;
    std::condition_variable quiet_;
    std::map<std::string, std::shared_ptr<Instance>> instances_;
    std::size_t running_ = 0;
    bool draining_ = false;
};

/// The code of a refused plugin may have run and kept the tables; they stay for the life of the
/// process, and are never destroyed.
void keep_for_good(std::unique_ptr<InProcess> placement) {
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): it outlives all else
    static auto& kept = *new LockGuarded<std::vector<std::unique_ptr<InProcess>>>();
    kept.with([&](auto& placements) { placements.push_back(std::move(placement)); });
}

}  // namespace

Result<InProcessPlugin> place_in_process(
    const std::filesystem::path& folder, const Manifest& manifest, HostServices services
) {
    auto placement = std::make_unique<InProcess>(manifest, services);
    auto loaded = placement->load(folder);
    if (!loaded) {
        keep_for_good(std::move(placement));
        return tl::unexpected(std::move(loaded).error());
    }
    return InProcessPlugin{std::move(placement), std::move(loaded).value()};
}

}  // namespace hostelry::plugin_host
