#pragma once
// plugin.json: what a plugin says about itself before a byte of its code runs.

#include "core/base/result.h"
#include "core/platform/plugin_host/form_schema.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::plugin_host {

struct CapabilityId {
    std::string name;  ///< "dns"
    std::uint32_t revision = 0;

    friend bool operator==(const CapabilityId&, const CapabilityId&) = default;
};

struct AbiVersion {
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    bool draft = false;
};

/// "1.0-draft".
std::string to_string(const AbiVersion& version);
/// The version of the headers this panel was built with.
AbiVersion panel_abi();

enum class Concurrency { Parallel, Serial };

struct Permissions {
    std::vector<std::string> http_hosts;           ///< Literal host names, reached by https.
    std::vector<std::string> hosts_from_settings;  ///< Settings that hold an http(s) address.
    bool private_net = false;                      ///< Wants to reach private addresses.
    std::uint64_t kv_bytes_max = 0;                ///< 0: no store.
};

struct Manifest {
    std::string id;
    std::string version;
    std::string title;
    std::string summary;
    std::string library;         ///< File name beside plugin.json.
    std::string library_sha256;  ///< Empty when the manifest does not say.
    AbiVersion built;
    AbiVersion min;
    std::vector<CapabilityId> capabilities;
    Permissions permissions;
    Concurrency concurrency = Concurrency::Parallel;
    std::int64_t settings_version = 1;
    FormSchema settings;
    std::string settings_schema;  ///< JSON text of the settings schema, for catalogues.

    bool offers(std::string_view capability, std::uint32_t revision) const;
};

/// Checks the text against plugin-api/schemas/manifest.json and the rules between its members.
Result<Manifest> parse_manifest(std::string_view text);
/// Reads `folder`/plugin.json. NotFound when there is none.
Result<Manifest> read_manifest(const std::filesystem::path& folder);
/// Unsupported, naming both versions, when this panel cannot run a plugin with that manifest.
Result<void> check_abi(const Manifest& manifest, const AbiVersion& panel);

}  // namespace hostelry::plugin_host
