#include "core/agent/runtime/config_file.h"

#include "core/agent/runtime/descriptor.h"

#include <unistd.h>

namespace hostelry::agent {

namespace {

std::string mark_of(const Layout& layout, const std::string& service) {
    return layout.state + "/pending/" + service;
}

Result<void> put(const std::string& path, const std::optional<std::string>& content) {
    if (content) {
        return write_file_atomically(path, *content, 0644);
    }
    TRY(remove_file(path));
    return {};
}

Result<void> bring_to_life(const ConfigSwap& swap) {
    TRY(swap.check_live());
    return swap.make_known();
}

}  // namespace

bool is_reload_pending(const Layout& layout, const std::string& service) {
    return access(mark_of(layout, service).c_str(), F_OK) == 0;
}

Result<void> mark_reload_pending(const Layout& layout, const std::string& service) {
    TRY(ensure_directory(layout.state, 0700));
    TRY(ensure_directory(layout.state + "/pending", 0700));
    return write_file_atomically(mark_of(layout, service), "", 0600);
}

Result<void> clear_reload_pending(const Layout& layout, const std::string& service) {
    TRY(remove_file(mark_of(layout, service)));
    return {};
}

Result<bool> swap_config(const Layout& layout, const ConfigSwap& swap) {
    const auto before = TRY(read_file(swap.path, kConfigBytesMax));
    const bool same = before == swap.content;
    if (!swap.content) {
        remove_leftover(swap.path);
    }
    if (same && !is_reload_pending(layout, swap.service)) {
        return false;
    }
    if (swap.content) {
        TRY(swap.check_apart());
    }
    TRY(mark_reload_pending(layout, swap.service));
    if (!same) {
        TRY(put(swap.path, swap.content));
    }
    if (auto alive = bring_to_life(swap); !alive) {
        if (!same) {
            TRY(put(swap.path, before));
            if (bring_to_life(swap)) {
                TRY(clear_reload_pending(layout, swap.service));
            }
        }
        return tl::unexpected(alive.error());
    }
    TRY(clear_reload_pending(layout, swap.service));
    return true;
}

}  // namespace hostelry::agent
