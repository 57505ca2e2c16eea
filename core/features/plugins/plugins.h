#pragma once
// The front door to plugins: the cached catalogue that pages read, the accounts at DNS services,
// and calls (only from worker processes: `serve` never calls a plugin).

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/features/plugins/dns_backend.h"
#include "core/features/plugins/plugin_catalogue.h"
#include "core/features/users/caller.h"
#include "core/platform/crypto/sealing.h"
#include "core/platform/db/database.h"
#include "core/platform/queue/queue.h"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::http {
class Router;
}
namespace hostelry::shell {
class Shell;
}

namespace hostelry::plugins {

struct PluginCallOptions {
    std::chrono::milliseconds timeout{30'000};
    std::string idempotency_key;
    std::string tenant;
    std::function<bool()> cancelled;
};

class Plugins {
public:
    struct Options {
        std::string folder;  ///< One sub-folder a plugin.
        /// <plugin id>.json for what the operator sets; a plugin whose file is wrong is not called.
        std::string settings_folder{};
        std::vector<std::string> allow_private;  ///< As `outbound.allow_private`.
        std::string extra_ca;                    ///< As `outbound.extra_ca`.
    };
    struct Needs {
        db::Database& database;
        Clock& clock;
        Random& random;
        const crypto::Sealer& sealer;
        shell::Shell& shell;
        Options options;
    };
    explicit Plugins(Needs needs);
    ~Plugins();
    Plugins(const Plugins&) = delete;
    Plugins& operator=(const Plugins&) = delete;

    void add_routes(http::Router& router);
    void add_jobs(queue::Registry& registry);
    /// Worker roles, once at start before jobs run: loads the plugins and writes the catalogue. A
    /// plugin that is refused is shown as such and does not stop the others.
    Result<void> start();
    /// Waits for running calls; later calls fail.
    void stop(std::chrono::milliseconds patience);

    /// Worker roles only (Unsupported elsewhere). Blocks; never inside a transaction.
    Result<nlohmann::json> call(
        const std::string& plugin_id,
        std::string_view method,
        const nlohmann::json& request,
        const PluginCallOptions& options = {}
    );
    /// A member of dns/1 ("zone_get") with the settings of that account.
    Result<nlohmann::json> call_dns(
        DnsBackendId backend,
        std::string_view member,
        const nlohmann::json& request,
        const PluginCallOptions& options = {}
    );

    // Operations; each publishes its event.
    /// Invalid with fields, Conflict when the name is taken.
    Result<DnsBackend> create_dns_backend(
        const users::Caller& caller, const CreateDnsBackend& request
    );
    Result<std::vector<DnsBackend>> list_dns_backends(CountZones count);
    Result<void> delete_dns_backend(const users::Caller& caller, DnsBackendId id);
    Result<std::vector<CatalogueEntry>> list_plugins();

    const Needs& needs() const { return needs_; }

private:
    struct Running;
    /// Gives each plugin what the operator wrote into its file of settings.
    void apply_settings();
    Result<void> write_catalogue();
    Result<nlohmann::json> call_account(
        const std::string& plugin_id,
        std::string_view method,
        const nlohmann::json& request,
        const nlohmann::json& settings,
        const std::string& account,
        const PluginCallOptions& options
    );
    Needs needs_;
    std::unique_ptr<Running> running_;
    std::shared_ptr<void> routes_;
};

}  // namespace hostelry::plugins
