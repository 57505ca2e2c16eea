#pragma once
// A plugin inside this process: for first-party plugins, by the operator's choice. A crash of the
// plugin is a crash of the process, so only worker processes use it.

#include "core/platform/plugin_host/host_tables.h"
#include "core/platform/plugin_host/library.h"
#include "core/platform/plugin_host/placement.h"

#include <memory>

namespace hostelry::plugin_host {

struct InProcessPlugin {
    std::unique_ptr<Placement> placement;
    std::string library_sha256;
};

/// Loads the library of `manifest`, which must outlive the placement. Errors as load_library.
Result<InProcessPlugin> place_in_process(
    const std::filesystem::path& folder, const Manifest& manifest, HostServices services
);

}  // namespace hostelry::plugin_host
