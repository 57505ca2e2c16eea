#include "core/platform/plugin_host/account.h"

#include "core/base/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace hostelry::plugin_host {

namespace {

using nlohmann::json;

constexpr std::string_view kOpen = "{{secret:";
constexpr std::string_view kClose = "}}";
// Shorter ones would turn ordinary words of an answer into placeholders.
constexpr std::size_t kRedactedSizeMin = 6;

bool is_url_character(char c) {
    constexpr std::string_view kAllowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?[]!$&'()*+,;=%";
    return kAllowed.find(c) != std::string_view::npos;
}

bool is_host(std::string_view host) {
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    const auto bare = bracketed ? host.substr(1, host.size() - 2) : host;
    const std::string_view allowed =
        bracketed ? "0123456789abcdef:." : "abcdefghijklmnopqrstuvwxyz0123456789.-";
    return !bare.empty() && bare.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_port(std::string_view port) {
    return !port.empty() && port.size() <= 5 &&
           port.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "host:port" with the port written out.
std::optional<std::string> authority_of(std::string_view text, std::string_view default_port) {
    const auto authority = lower_ascii(text.substr(0, text.find_first_of("/?")));
    const auto bracket = authority.rfind(']');
    const auto colon = authority.rfind(':');
    const bool has_port =
        colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
    const auto host = has_port ? authority.substr(0, colon) : authority;
    const auto port = has_port ? authority.substr(colon + 1) : std::string(default_port);
    if (!is_host(host) || !is_port(port)) {
        return std::nullopt;
    }
    return host + ":" + port;
}

std::vector<std::string> secret_names(const Manifest& manifest) {
    std::vector<std::string> names;
    for (const auto& field : manifest.settings.fields()) {
        if (field.secret) {
            names.push_back(field.name);
        }
    }
    return names;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
}

}  // namespace

std::optional<std::string> origin_of(std::string_view url) {
    if (!std::all_of(url.begin(), url.end(), is_url_character)) {
        return std::nullopt;
    }
    for (const auto& [scheme, port] :
         {std::pair<std::string_view, std::string_view>{"https://", "443"}, {"http://", "80"}}) {
        if (url.starts_with(scheme)) {
            const auto authority = authority_of(url.substr(scheme.size()), port);
            return authority ? std::optional(std::string(scheme) + *authority) : std::nullopt;
        }
    }
    return std::nullopt;
}

Result<Account> Account::make(const Manifest& manifest, std::string name, const json& settings) {
    Account account;
    account.scope_ = manifest.id + "/" + std::move(name);
    account.permissions_ = &manifest.permissions;
    for (const auto& host : manifest.permissions.http_hosts) {
        if (const auto origin = origin_of("https://" + host)) {
            account.origins_.insert(*origin);
        }
    }
    for (const auto& setting : manifest.permissions.hosts_from_settings) {
        const auto url = settings.value(setting, std::string());
        const auto origin = origin_of(url);
        if (!url.empty() && !origin) {
            return fail_fields({{setting, "Must be an http or https address."}});
        }
        if (origin) {
            account.origins_.insert(*origin);
        }
    }
    for (const auto& secret : secret_names(manifest)) {
        const auto value = settings.value(secret, std::string());
        if (!value.empty()) {
            account.secrets_[secret] = value;
        }
    }
    return account;
}

bool Account::may_reach(std::string_view url) const {
    const auto origin = origin_of(url);
    return origin && origins_.contains(*origin);
}

Result<std::string> Account::fill_secrets(std::string_view text) const {
    std::string filled;
    while (true) {
        const auto open = text.find(kOpen);
        filled += text.substr(0, open);
        if (open == std::string_view::npos) {
            return filled;
        }
        text.remove_prefix(open + kOpen.size());
        const auto close = text.find(kClose);
        const auto name = text.substr(0, close);
        const auto secret = secrets_.find(name);
        if (close == std::string_view::npos || secret == secrets_.end()) {
            return fail(
                ErrorCode::Invalid,
                fmt::format("This account has no secret \"{}\".", name.substr(0, 60))
            );
        }
        filled += secret->second;
        text.remove_prefix(close + kClose.size());
    }
}

std::string Account::redact(std::string text) const {
    for (const auto& [name, value] : secrets_) {
        if (value.size() >= kRedactedSizeMin) {
            replace_all(text, value, fmt::format("{}{}{}", kOpen, name, kClose));
        }
    }
    return text;
}

bool mentions_secret(std::string_view text) {
    return text.find("{{secret") != std::string_view::npos;
}

json without_secrets(const Manifest& manifest, const json& settings) {
    json visible = settings;
    for (const auto& name : secret_names(manifest)) {
        if (visible.contains(name)) {
            visible[name] = fmt::format("{}{}{}", kOpen, name, kClose);
        }
    }
    return visible;
}

}  // namespace hostelry::plugin_host
