#pragma once
// A plugin's shared object: read once, hashed, checked, and loaded from exactly the bytes that were
// hashed.

#include "core/base/result.h"
#include "core/platform/plugin_host/manifest.h"

#include "hostelry/abi.h"

#include <filesystem>
#include <string>

namespace hostelry::plugin_host {

struct Library {
    const hostelry_plugin* plugin = nullptr;  ///< Valid for the life of the process.
    std::string sha256;                       ///< Of the library, lower-case hex.
};

/// Loads `folder`/`manifest.library` and calls its entry with `host`, which must live as long as
/// the process. Runs code of the plugin only after hash, exports and manifest were found right. A
/// library that was loaded is never unloaded. Errors: NotFound, Invalid (not a plugin, wrong hash,
/// exports more than its entry, disagrees with its manifest), Unsupported (ABI), Internal.
Result<Library> load_library(
    const std::filesystem::path& folder, const Manifest& manifest, const hostelry_host* host
);

}  // namespace hostelry::plugin_host
