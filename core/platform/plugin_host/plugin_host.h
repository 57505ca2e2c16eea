#pragma once
// The front door to plugins: load them, give them settings, call their members.
//
// Invariants: a request reaches a plugin only after it matched the member's schema, an answer
// leaves only after it matched too; every failure is an Error; secrets never reach the plugin or an
// error's text. Only worker processes (and `up`) hold a PluginHost: `serve` never calls a plugin.

#include "core/base/result.h"
#include "core/platform/plugin_host/host_services.h"
#include "core/platform/plugin_host/manifest.h"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::plugin_host {

inline constexpr std::string_view kDefaultAccount = "default";

struct CallOptions {
    std::string account{
        kDefaultAccount};  ///< Which settings: one plugin may serve several accounts.
    std::chrono::milliseconds timeout{30'000};
    std::string idempotency_key;  ///< Creating members need one: same key, same effect.
    std::string tenant;
    std::string trace;
    std::function<bool()> cancelled;  ///< Asked from the plugin's thread.
    std::function<void(const std::string& note, std::optional<int> percent)> on_progress;
};

enum class PluginState { Loaded, Active, Stopped };
/// "loaded" (no settings yet), "active", "stopped".
std::string_view state_name(PluginState state);

struct PluginStatus {
    std::string id;
    std::string version;
    std::string title;
    std::string summary;
    std::vector<std::string> capabilities;  ///< "dns/1"
    PluginState state = PluginState::Loaded;
    std::string library_sha256;
    std::string settings_schema;  ///< JSON text.
    bool has_selftest = false;
};

class PluginHost {
public:
    explicit PluginHost(HostServices services);
    ~PluginHost();  ///< Stops with a limit of five seconds.
    PluginHost(const PluginHost&) = delete;
    PluginHost& operator=(const PluginHost&) = delete;

    /// Loads the plugin in `folder` (plugin.json and the library beside it). Answers its id.
    /// Errors: those of read_manifest, check_abi and load_library; Conflict when a plugin of that
    /// id is loaded.
    Result<std::string> load(const std::filesystem::path& folder);
    /// Every plugin in a sub-folder of `folder` that holds a plugin.json. One that cannot be loaded
    /// is logged, left out and reported; the others are loaded all the same.
    std::vector<std::pair<std::string, Error>> load_all(const std::filesystem::path& folder);

    /// Gives an account its settings (with the real secrets), absent ones by their defaults. The
    /// same settings again do nothing, so a job may call this before each use. Errors: Invalid with
    /// the wrong fields, NotFound.
    Result<void> configure(
        const std::string& plugin_id,
        const nlohmann::json& settings,
        const std::string& account = std::string(kDefaultAccount)
    );

    /// Calls `method`, for example "dns/1.zone_get". A plugin whose settings are all optional needs
    /// no configure first. Errors: Invalid (the request), NotFound (no such plugin or account),
    /// Unsupported (no such member), Internal (the answer was wrong), and what the member reports.
    /// From any thread; blocks.
    Result<nlohmann::json> call(
        const std::string& plugin_id,
        std::string_view method,
        const nlohmann::json& request,
        const CallOptions& options = {}
    );
    /// True when the plugin has that member.
    bool offers(const std::string& plugin_id, std::string_view method) const;
    /// "Test connection": what the plugin saw, or why it did not work. Unsupported when it has
    /// none.
    Result<std::string> selftest(const std::string& plugin_id, const CallOptions& options = {});

    std::vector<PluginStatus> list() const;
    /// Takes no new calls and waits for those that run. Timeout with the names of plugins that
    /// still work.
    Result<void> stop(std::chrono::milliseconds limit);

private:
    struct Plugin;
    Result<Plugin*> find(const std::string& plugin_id) const;
    Result<void> ensure_account(Plugin& plugin, const std::string& account);

    struct Shared;
    std::unique_ptr<Shared> shared_;
};

}  // namespace hostelry::plugin_host
