#pragma once
// One tenant's file in the configuration of a shared service. A new version is checked apart from
// the live one, then swapped in, checked again together with its neighbours and made known to the
// service; when any of that fails the old version is back in place. A mark on disk says "swapped
// but not yet known to the service", so that an agent killed in between knows what is left to do.

#include "core/agent/runtime/layout.h"
#include "core/base/bytes.h"
#include "core/base/result.h"

#include <functional>
#include <optional>
#include <string>

namespace hostelry::agent {

inline constexpr std::size_t kConfigBytesMax = 256_KiB;

struct ConfigSwap {
    std::string service;                 ///< Lock and mark: "nginx", "php-8.2".
    std::string path;                    ///< The live file.
    std::optional<std::string> content;  ///< Nothing: the file is to be gone.
    std::function<Result<void>()> check_apart;
    std::function<Result<void>()> check_live;
    std::function<Result<void>()> make_known;
};

/// True when anything changed. Call with the service's lock held.
Result<bool> swap_config(const Layout& layout, const ConfigSwap& swap);

/// The mark: true when the service may not know its files yet.
bool is_reload_pending(const Layout& layout, const std::string& service);
Result<void> mark_reload_pending(const Layout& layout, const std::string& service);
Result<void> clear_reload_pending(const Layout& layout, const std::string& service);

}  // namespace hostelry::agent
