#pragma once
// One set of settings of one plugin, as the host tables see it.

#include "core/base/result.h"
#include "core/platform/plugin_host/manifest.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace hostelry::plugin_host {

/// Scheme, host and port of an http(s) address in one normal form: "https://api.example.com:443".
/// Nothing for anything that two parsers could read differently: user names, odd characters,
/// missing host.
std::optional<std::string> origin_of(std::string_view url);

class Account {
public:
    /// `settings` were validated against the manifest; they hold the real secrets.
    static Result<Account> make(
        const Manifest& manifest, std::string name, const nlohmann::json& settings
    );

    /// "plugin id/account name": scope of kv/1 and area of log lines.
    const std::string& scope() const { return scope_; }
    const Permissions& permissions() const { return *permissions_; }
    bool has_secret(std::string_view name) const { return secrets_.contains(name); }
    bool may_reach(std::string_view url) const;
    /// `text` with every "{{secret:name}}" filled in. Invalid for a name the account does not have.
    Result<std::string> fill_secrets(std::string_view text) const;
    /// `text` with every secret value turned back into its placeholder.
    std::string redact(std::string text) const;

private:
    std::string scope_;
    const Permissions* permissions_ = nullptr;  // the manifest's; it outlives its accounts
    std::set<std::string, std::less<>> origins_;
    std::map<std::string, std::string, std::less<>> secrets_;
};

/// True when `text` holds the beginning of a placeholder.
bool mentions_secret(std::string_view text);
/// `settings` as the plugin may see them: placeholders where secrets are.
nlohmann::json without_secrets(const Manifest& manifest, const nlohmann::json& settings);

}  // namespace hostelry::plugin_host
