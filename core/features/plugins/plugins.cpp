#include "core/features/plugins/plugins.h"

#include "core/base/strict_json.h"
#include "core/features/plugins/plugin_routes.h"
#include "core/platform/crypto/digest.h"
#include "core/platform/http/address.h"
#include "core/platform/log/log.h"
#include "core/platform/plugin_host/kv_store.h"
#include "core/platform/plugin_host/outbound_gateway.h"
#include "core/platform/plugin_host/plugin_host.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace hostelry::plugins {

using nlohmann::json;

namespace {

constexpr auto kDescribeTemplate = "site-template/1.describe";

http::OutboundOptions outbound_options(const Plugins::Options& options) {
    http::OutboundOptions outbound;
    for (const auto& text : options.allow_private) {
        if (const auto range = http::AddressRange::parse(text)) {
            outbound.allow_private.push_back(*range);
        }
    }
    outbound.extra_ca_file = options.extra_ca;
    return outbound;
}

/// Job steps name themselves "<job>/<step>/undo", which may be longer than plugins take.
std::string key_for_plugin(const std::string& key) {
    constexpr std::size_t kPluginKeyMax = 64;
    return key.size() <= kPluginKeyMax ? key : crypto::sha256_hex(key);
}

TemplateCard card_of(const std::string& plugin, const json& described) {
    const auto& needs = described.at("needs");
    return {
        .id = described.at("id").get<std::string>(),
        .plugin = plugin,
        .title = described.at("title").get<std::string>(),
        .summary = described.value("summary", ""),
        .icon = described.value("icon", ""),
        .options_schema = described.at("options_schema"),
        .needs_php = needs.value("php", false),
        .needs_database = needs.value("database", false),
        .php_versions = needs.value("php_versions", std::vector<std::string>{}),
    };
}

/// What the operator set for a plugin; nothing when there is no file.
Result<std::optional<json>> settings_in(const std::filesystem::path& file) {
    std::error_code missing;
    if (!std::filesystem::exists(file, missing)) {
        return std::optional<json>();
    }
    std::ifstream stream(file);
    std::stringstream text;
    text << stream.rdbuf();
    if (!stream) {
        return fail(ErrorCode::Invalid, "It cannot be read.");
    }
    return std::optional<json>(TRY(parse_strict_json(text.str())));
}

/// Every wrong member, as the list of plugins and the log show it.
std::string in_words(const std::filesystem::path& file, const Error& error) {
    std::string text = "Its settings in " + file.string() + " are refused: " + error.message;
    for (const auto& wrong : error.fields) {
        text += " " + wrong.field + ": " + wrong.message;
    }
    return text;
}

}  // namespace

/// What only workers have.
struct Plugins::Running {
    explicit Running(const Needs& needs)
        : gateway(outbound_options(needs.options)), host({needs.clock, &gateway, kv}) {}

    plugin_host::MemoryKvStore kv;
    plugin_host::OutboundGateway gateway;
    plugin_host::PluginHost host;
    std::vector<std::pair<std::string, Error>> refused;
    std::map<std::string, std::string>
        wrongly_set;  ///< By plugin id: why its settings do not hold.
};

Plugins::Plugins(Needs needs) : needs_(std::move(needs)) {}
Plugins::~Plugins() = default;

void Plugins::add_routes(http::Router& router) {
    routes_ = add_plugin_routes(*this, router, needs_.shell);
}

void Plugins::add_jobs(queue::Registry& registry) {
    registry.add({
        .name = "plugins.refresh",
        .title = "Look at the plugins",
        .queue = "default",
        .steps = {{
            .name = "refresh",
            .title = "Ask each plugin what it offers",
            .run = [this](queue::StepContext&) -> Result<json> {
                TRY(write_catalogue());
                return json(nullptr);
            },
        }},
        .is_upkeep = true,
    });
    registry.add_schedule(
        {.name = "plugins.refresh", .kind = "plugins.refresh", .cron = "23 * * * *"}
    );
}

Result<void> Plugins::start() {
    auto running = std::make_unique<Running>(needs_);
    std::error_code ignored;
    if (std::filesystem::is_directory(needs_.options.folder, ignored)) {
        running->refused = running->host.load_all(needs_.options.folder);
    } else {
        log::warn("plugins", "no folder of plugins", {{"folder", needs_.options.folder}});
    }
    running_ = std::move(running);
    apply_settings();
    return write_catalogue();
}

void Plugins::apply_settings() {
    if (needs_.options.settings_folder.empty()) {
        return;
    }
    for (const auto& status : running_->host.list()) {
        const auto file =
            std::filesystem::path(needs_.options.settings_folder) / (status.id + ".json");
        const auto applied =
            settings_in(file).and_then([&](const std::optional<json>& settings) -> Result<void> {
                return settings ? running_->host.configure(status.id, *settings) : Result<void>();
            });
        if (!applied) {
            auto sentence = in_words(file, applied.error());
            log::error("plugins", sentence, {{"plugin", status.id}});
            running_->wrongly_set[status.id] = std::move(sentence);
        }
    }
}

void Plugins::stop(std::chrono::milliseconds patience) {
    if (running_) {
        if (const auto stopped = running_->host.stop(patience); !stopped) {
            log::warn("plugins", "plugins still work", {{"message", stopped.error().message}});
        }
    }
}

Result<void> Plugins::write_catalogue() {
    if (!running_) {
        return fail(ErrorCode::Unsupported, "Plugins run in worker processes only.");
    }
    std::vector<SeenPlugin> seen;
    for (const auto& status : running_->host.list()) {
        SeenPlugin one{
            .entry =
                {.id = status.id,
                 .version = status.version,
                 .title = status.title,
                 .summary = status.summary,
                 .capabilities = status.capabilities,
                 .state = std::string(plugin_host::state_name(status.state))},
            .settings_schema = db::JsonText::of_text(
                status.settings_schema.empty() ? "{}" : status.settings_schema
            ),
            .templates = {},
        };
        if (const auto wrong = running_->wrongly_set.find(status.id);
            wrong != running_->wrongly_set.end()) {
            one.entry.problem = wrong->second;
        }
        if (running_->host.offers(status.id, kDescribeTemplate)) {
            const auto described =
                running_->host.call(status.id, kDescribeTemplate, json::object());
            if (described) {
                one.templates.push_back(card_of(status.id, *described));
            } else {
                one.entry.problem = described.error().message;
            }
        }
        seen.push_back(std::move(one));
    }
    for (const auto& [folder, error] : running_->refused) {
        const auto name = std::filesystem::path(folder).filename().string();
        seen.push_back({
            .entry =
                {.id = name,
                 .version = {},
                 .title = name,
                 .state = "refused",
                 .problem = error.message},
            .settings_schema = {},
            .templates = {},
        });
    }
    return needs_.database.in_system([&](db::Transaction& tx) -> Result<void> {
        CatalogueStore(tx).replace(seen);
        return {};
    });
}

Result<std::vector<CatalogueEntry>> Plugins::list_plugins() {
    return needs_.database.in_system(
        [](db::Transaction& tx) -> Result<std::vector<CatalogueEntry>> {
            return CatalogueStore(tx).list();
        }
    );
}

Result<json> Plugins::call(
    const std::string& plugin_id,
    std::string_view method,
    const json& request,
    const PluginCallOptions& options
) {
    return call_account(plugin_id, method, request, {}, {}, options);
}

Result<json> Plugins::call_account(
    const std::string& plugin_id,
    std::string_view method,
    const json& request,
    const json& settings,
    const std::string& account,
    const PluginCallOptions& options
) {
    if (!running_) {
        return fail(ErrorCode::Unsupported, "Plugins run in worker processes only.");
    }
    plugin_host::CallOptions call;
    call.timeout = options.timeout;
    call.idempotency_key = key_for_plugin(options.idempotency_key);
    call.tenant = options.tenant;
    call.cancelled = options.cancelled;
    if (account.empty()) {
        // With other settings than the operator wrote it would do something else than was meant.
        if (const auto wrong = running_->wrongly_set.find(plugin_id);
            wrong != running_->wrongly_set.end()) {
            return fail(
                ErrorCode::Conflict,
                "The settings of a plugin are wrong; the list of plugins says how.",
                wrong->second
            );
        }
    } else {
        call.account = account;
        TRY(running_->host.configure(plugin_id, settings, account));
    }
    return running_->host.call(plugin_id, method, request, call);
}

}  // namespace hostelry::plugins
