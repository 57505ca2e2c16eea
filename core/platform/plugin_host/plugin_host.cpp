#include "core/platform/plugin_host/plugin_host.h"

#include "core/base/lock_guarded.h"
#include "core/platform/crypto/digest.h"
#include "core/platform/log/log.h"
#include "core/platform/plugin_host/contract.h"
#include "core/platform/plugin_host/in_process.h"
#include "core/platform/plugin_host/status.h"

#include "hostelry/abi.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>
#include <shared_mutex>

namespace hostelry::plugin_host {

namespace {

using nlohmann::json;

constexpr std::size_t kIdempotencyKeyMax = 64;
constexpr std::chrono::seconds kStopLimit{5};

std::string describe(const FieldError& error) {
    return error.field.empty() ? error.message : error.field + ": " + error.message;
}

bool is_idempotency_key(std::string_view key) {
    return key.size() <= kIdempotencyKeyMax &&
           key.find_first_not_of(
               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:-"
           ) == std::string_view::npos;
}

CallFrame frame_for(const Clock& clock, const CallOptions& options) {
    CallFrame frame;
    frame.deadline = clock.steady() + options.timeout;
    frame.idempotency_key = options.idempotency_key;
    frame.tenant = options.tenant;
    frame.trace = options.trace;
    frame.cancelled = options.cancelled;
    if (options.on_progress) {
        frame.on_progress = [&options](std::string_view text) {
            const auto note = json::parse(text, nullptr, false);
            if (!note.is_object() || !note.contains("note") || !note.at("note").is_string()) {
                return;
            }
            std::optional<int> percent;
            if (const auto found = note.find("percent");
                found != note.end() && found->is_number_integer()) {
                percent = std::clamp(found->get<int>(), 0, 100);
            }
            options.on_progress(note.at("note").get<std::string>(), percent);
        };
    }
    return frame;
}

/// A plugin's answer is foreign text until it matched the schema.
Result<json> read_answer(
    const MemberContract& member, const std::string& text, const std::string& source
) {
    auto answer = json::parse(text, nullptr, false);
    if (answer.is_discarded()) {
        return fail(ErrorCode::Internal, "A plugin failed.", source + ": answer is not JSON");
    }
    if (const auto errors = member.answer.violations(answer); !errors.empty()) {
        return fail(
            ErrorCode::Internal,
            "A plugin failed.",
            fmt::format("{}: answer breaks its schema: {}", source, describe(errors.front()))
        );
    }
    return answer;
}

template <class Plugin>
bool has_member(const Plugin& plugin, const MemberContract& member) {
    return plugin.manifest.offers(member.capability, member.revision) &&
           plugin.placement->offers(member.capability, member.revision, member.offset);
}

}  // namespace

std::string_view state_name(PluginState state) {
    switch (state) {
        case PluginState::Loaded:
            return "loaded";
        case PluginState::Active:
            return "active";
        case PluginState::Stopped:
            return "stopped";
    }
    return "stopped";
}

struct PluginHost::Plugin {
    Manifest manifest;
    std::unique_ptr<Placement> placement;
    std::string library_sha256;
    /// Digest of the settings of each account, to see whether they changed. Held while configuring.
    LockGuarded<std::map<std::string, std::string>> settings;
};

struct PluginHost::Shared {
    explicit Shared(HostServices s) : services(s) {}

    HostServices services;
    mutable std::shared_mutex mutex;
    std::map<std::string, std::unique_ptr<Plugin>> plugins;
    bool stopped = false;
};

PluginHost::PluginHost(HostServices services) : shared_(std::make_unique<Shared>(services)) {}

PluginHost::~PluginHost() {
    if (const auto stopped = stop(kStopLimit); !stopped) {
        log::error("plugin", "Plugins did not stop in time", {{"cause", stopped.error().message}});
        // Their calls still use it: better kept than freed under them.
        static_cast<void>(shared_.release());
    }
}

Result<std::string> PluginHost::load(const std::filesystem::path& folder) {
    auto plugin = std::make_unique<Plugin>();
    plugin->manifest = TRY(read_manifest(folder));
    const auto id = plugin->manifest.id;
    TRY(check_abi(plugin->manifest, panel_abi()));
    if (find(id)) {
        return fail(ErrorCode::Conflict, fmt::format("The plugin {} is loaded already.", id));
    }
    auto placed = TRY(place_in_process(folder, plugin->manifest, shared_->services));
    plugin->placement = std::move(placed.placement);
    plugin->library_sha256 = std::move(placed.library_sha256);
    log::info(
        "plugin",
        "Loaded a plugin",
        {{"plugin", id}, {"version", plugin->manifest.version}, {"sha256", plugin->library_sha256}}
    );
    const std::unique_lock lock(shared_->mutex);
    if (shared_->stopped) {
        // Its code ran and may have kept what it was given, so it stays.
        static_cast<void>(plugin.release());
        return fail(ErrorCode::Unavailable, "Plugins are stopping.");
    }
    const auto [position, added] = shared_->plugins.try_emplace(id, std::move(plugin));
    if (!added) {
        return fail(ErrorCode::Conflict, fmt::format("The plugin {} is loaded already.", id));
    }
    return id;
}

std::vector<std::pair<std::string, Error>> PluginHost::load_all(const std::filesystem::path& folder
) {
    std::vector<std::pair<std::string, Error>> refused;
    std::error_code problem;
    for (const auto& entry : std::filesystem::directory_iterator(folder, problem)) {
        if (!std::filesystem::exists(entry.path() / "plugin.json", problem)) {
            continue;
        }
        auto loaded = load(entry.path());
        if (loaded) {
            continue;
        }
        const auto name = entry.path().filename().string();
        log::error(
            "plugin",
            "Refused a plugin",
            {{"folder", name}, {"reason", loaded.error().message}, {"cause", loaded.error().cause}}
        );
        refused.emplace_back(name, std::move(loaded).error());
    }
    return refused;
}

Result<PluginHost::Plugin*> PluginHost::find(const std::string& plugin_id) const {
    const std::shared_lock lock(shared_->mutex);
    if (shared_->stopped) {
        return fail(ErrorCode::Unavailable, "Plugins are stopping.");
    }
    const auto found = shared_->plugins.find(plugin_id);
    if (found == shared_->plugins.end()) {
        return fail(ErrorCode::NotFound, fmt::format("There is no plugin {}.", plugin_id));
    }
    return found->second.get();
}

Result<void> PluginHost::configure(
    const std::string& plugin_id, const json& settings, const std::string& account
) {
    auto& plugin = *TRY(find(plugin_id));
    const auto values = plugin.manifest.settings.with_defaults(settings);
    if (auto errors = plugin.manifest.settings.violations(values); !errors.empty()) {
        return fail_fields(std::move(errors));
    }
    const auto text = values.dump();
    const auto digest = crypto::sha256_hex(text);
    return plugin.settings.with([&](auto& known) -> Result<void> {
        if (known[account] == digest && plugin.placement->has_account(account)) {
            return {};
        }
        const auto frame = frame_for(shared_->services.clock, CallOptions{});
        TRY(plugin.placement->configure(account, text, frame));
        known[account] = digest;
        return {};
    });
}

Result<void> PluginHost::ensure_account(Plugin& plugin, const std::string& account) {
    if (account != kDefaultAccount || plugin.placement->has_account(account)) {
        return {};
    }
    auto configured = configure(plugin.manifest.id, json::object());
    if (!configured && configured.error().code == ErrorCode::Invalid) {
        return fail(
            ErrorCode::Conflict,
            fmt::format("{} has no settings yet.", plugin.manifest.title),
            configured.error().message
        );
    }
    return configured;
}

Result<json> PluginHost::call(
    const std::string& plugin_id,
    std::string_view method,
    const json& request,
    const CallOptions& options
) {
    auto& plugin = *TRY(find(plugin_id));
    const auto* member = find_member(method);
    if (member == nullptr || !has_member(plugin, *member)) {
        return fail(
            ErrorCode::Unsupported, fmt::format("{} has no {}.", plugin.manifest.title, method)
        );
    }
    if (auto errors = member->request.violations(request); !errors.empty()) {
        return fail_fields(std::move(errors));
    }
    if (!is_idempotency_key(options.idempotency_key)) {
        return fail(ErrorCode::Invalid, "The idempotency key is malformed.");
    }
    TRY(ensure_account(plugin, options.account));
    const auto frame = frame_for(shared_->services.clock, options);
    const auto raw = TRY(plugin.placement->call(
        options.account, member->capability, member->revision, member->offset, request.dump(), frame
    ));
    const auto source = fmt::format("{} {}", plugin_id, method);
    if (raw.status != HOSTELRY_OK) {
        return tl::unexpected(to_error(raw.status, raw.problem, source));
    }
    return read_answer(*member, raw.out, source);
}

bool PluginHost::offers(const std::string& plugin_id, std::string_view method) const {
    const auto plugin = find(plugin_id);
    const auto* member = find_member(method);
    return plugin && member != nullptr && has_member(**plugin, *member);
}

Result<std::string> PluginHost::selftest(const std::string& plugin_id, const CallOptions& options) {
    auto& plugin = *TRY(find(plugin_id));
    TRY(ensure_account(plugin, options.account));
    const auto frame = frame_for(shared_->services.clock, options);
    const auto raw = TRY(plugin.placement->selftest(options.account, frame));
    const auto source = plugin_id + " selftest";
    if (raw.status != HOSTELRY_OK) {
        return tl::unexpected(to_error(raw.status, raw.problem, source));
    }
    const auto answer = json::parse(raw.out, nullptr, false);
    if (!answer.is_object() || !answer.contains("message") || !answer.at("message").is_string()) {
        return fail(ErrorCode::Internal, "A plugin failed.", source + ": no message");
    }
    return answer.at("message").get<std::string>();
}

std::vector<PluginStatus> PluginHost::list() const {
    const std::shared_lock lock(shared_->mutex);
    std::vector<PluginStatus> all;
    for (const auto& [id, plugin] : shared_->plugins) {
        PluginStatus status;
        status.id = id;
        status.version = plugin->manifest.version;
        status.title = plugin->manifest.title;
        status.summary = plugin->manifest.summary;
        for (const auto& capability : plugin->manifest.capabilities) {
            status.capabilities.push_back(fmt::format("{}/{}", capability.name, capability.revision)
            );
        }
        const bool configured =
            plugin->settings.with([](const auto& known) { return !known.empty(); });
        status.state = configured ? PluginState::Active : PluginState::Loaded;
        if (shared_->stopped) {
            status.state = PluginState::Stopped;
        }
        status.library_sha256 = plugin->library_sha256;
        status.settings_schema = plugin->manifest.settings_schema;
        status.has_selftest = plugin->manifest.settings.has_connection_test();
        all.push_back(std::move(status));
    }
    return all;
}

Result<void> PluginHost::stop(std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    {
        const std::unique_lock lock(shared_->mutex);
        shared_->stopped = true;
    }
    // No plugin is added or removed from here on.
    std::string late;
    for (const auto& [id, plugin] : shared_->plugins) {
        if (const auto drained = plugin->placement->drain(deadline); !drained) {
            late += (late.empty() ? "" : " ") + drained.error().message;
        }
    }
    if (!late.empty()) {
        return fail(ErrorCode::Timeout, late);
    }
    return {};
}

}  // namespace hostelry::plugin_host
