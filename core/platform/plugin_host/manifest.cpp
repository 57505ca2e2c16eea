#include "core/platform/plugin_host/manifest.h"

#include "core/base/bytes.h"
#include "core/platform/plugin_host/json_schema.h"
#include "core/platform/plugin_host/schemas.h"

#include "hostelry/abi.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

namespace hostelry::plugin_host {

namespace {

using nlohmann::json;

constexpr std::size_t kManifestBytesMax = 256_KiB;
constexpr std::string_view kDraftSuffix = "-draft";

std::uint32_t number(std::string_view digits) {
    std::uint32_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

bool drop_draft(std::string_view& text) {
    if (!text.ends_with(kDraftSuffix)) {
        return false;
    }
    text.remove_suffix(kDraftSuffix.size());
    return true;
}

AbiVersion read_abi(std::string_view text) {
    AbiVersion version;
    version.draft = drop_draft(text);
    const auto dot = text.find('.');
    version.major = number(text.substr(0, dot));
    version.minor = number(text.substr(dot + 1));
    return version;
}

CapabilityId read_capability(std::string_view text) {
    drop_draft(text);
    const auto slash = text.find('/');
    return {std::string(text.substr(0, slash)), number(text.substr(slash + 1))};
}

Permissions read_permissions(const json& manifest) {
    Permissions permissions;
    const auto all = manifest.value("permissions", json::object());
    const auto http = all.value("http", json::object());
    permissions.http_hosts = http.value("hosts", std::vector<std::string>{});
    permissions.hosts_from_settings = http.value("hosts_from_settings", std::vector<std::string>{});
    permissions.private_net = http.value("private_net", false);
    permissions.kv_bytes_max = all.value("kv", json::object()).value("max_bytes", std::uint64_t{0});
    return permissions;
}

const JsonSchema& manifest_rules() {
    static const auto kRules =
        JsonSchema::compile(json::parse(schema_text("manifest")), nullptr).value();
    return kRules;
}

/// Settings that are named as the source of allowed hosts must exist and hold addresses.
std::vector<FieldError> check_host_settings(const Manifest& manifest) {
    std::vector<FieldError> errors;
    for (const auto& name : manifest.permissions.hosts_from_settings) {
        const auto* field = manifest.settings.find(name);
        if (field == nullptr || field->format != "uri" || field->secret) {
            errors.push_back(
                {"permissions.http.hosts_from_settings",
                 fmt::format("\"{}\" is not a setting of format uri.", name)}
            );
        }
    }
    return errors;
}

json empty_form() {
    return {{"type", "object"}, {"properties", json::object()}};
}

Manifest read_plain(const json& document) {
    Manifest manifest;
    manifest.id = document.at("id");
    manifest.version = document.at("version");
    manifest.title = document.at("title");
    manifest.summary = document.value("summary", "");
    manifest.library = document.at("library");
    manifest.library_sha256 = document.value("library_sha256", "");
    manifest.built = read_abi(document.at("abi").at("built").get<std::string>());
    manifest.min = read_abi(document.at("abi").at("min").get<std::string>());
    for (const auto& capability : document.at("capabilities")) {
        manifest.capabilities.push_back(read_capability(capability.get<std::string>()));
    }
    manifest.permissions = read_permissions(document);
    manifest.concurrency = document.value("concurrency", "parallel") == "serial"
                               ? Concurrency::Serial
                               : Concurrency::Parallel;
    manifest.settings_version = document.value("settings_version", std::int64_t{1});
    return manifest;
}

}  // namespace

std::string to_string(const AbiVersion& version) {
    return fmt::format("{}.{}{}", version.major, version.minor, version.draft ? kDraftSuffix : "");
}

AbiVersion panel_abi() {
    return {HOSTELRY_ABI_MAJOR, HOSTELRY_ABI_MINOR, !std::string_view(HOSTELRY_ABI_DRAFT).empty()};
}

bool Manifest::offers(std::string_view capability, std::uint32_t revision) const {
    return std::any_of(capabilities.begin(), capabilities.end(), [&](const CapabilityId& own) {
        return own.name == capability && own.revision == revision;
    });
}

Result<Manifest> parse_manifest(std::string_view text) {
    const auto document = json::parse(text, nullptr, false);
    if (document.is_discarded()) {
        return fail(ErrorCode::Invalid, "plugin.json is not valid JSON.");
    }
    if (auto errors = manifest_rules().violations(document); !errors.empty()) {
        return fail_fields(std::move(errors));
    }
    auto manifest = read_plain(document);
    const auto settings = document.value("settings", empty_form());
    manifest.settings = TRY(FormSchema::parse(settings));
    manifest.settings_schema = settings.dump();
    if (auto errors = check_host_settings(manifest); !errors.empty()) {
        return fail_fields(std::move(errors));
    }
    return manifest;
}

Result<Manifest> read_manifest(const std::filesystem::path& folder) {
    std::ifstream file(folder / "plugin.json", std::ios::binary);
    if (!file) {
        return fail(ErrorCode::NotFound, fmt::format("{} holds no plugin.json.", folder.string()));
    }
    std::string text(kManifestBytesMax + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > kManifestBytesMax) {
        return fail(ErrorCode::Invalid, "plugin.json is larger than 256 KiB.");
    }
    return parse_manifest(text);
}

Result<void> check_abi(const Manifest& manifest, const AbiVersion& panel) {
    const bool draft_mismatch = manifest.built.draft != panel.draft;
    if (manifest.built.major == panel.major && manifest.min.major == panel.major &&
        manifest.min.minor <= panel.minor && !draft_mismatch) {
        return {};
    }
    return fail(
        ErrorCode::Unsupported,
        fmt::format(
            "{} {} needs plugin ABI {}, this panel has {}: install a release of the plugin or of "
            "the panel that "
            "agrees with the other.",
            manifest.id,
            manifest.version,
            to_string(draft_mismatch ? manifest.built : manifest.min),
            to_string(panel)
        )
    );
}

}  // namespace hostelry::plugin_host
