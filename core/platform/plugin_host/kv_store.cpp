#include "core/platform/plugin_host/kv_store.h"

namespace hostelry::plugin_host {

Result<std::optional<std::string>> MemoryKvStore::get(
    const std::string& scope, const std::string& key
) {
    return scopes_.with([&](const auto& scopes) -> std::optional<std::string> {
        const auto values = scopes.find(scope);
        if (values == scopes.end()) {
            return std::nullopt;
        }
        const auto found = values->second.find(key);
        return found == values->second.end() ? std::nullopt : std::optional(found->second);
    });
}

Result<void> MemoryKvStore::put(
    const std::string& scope,
    const std::string& key,
    const std::string& value,
    std::uint64_t bytes_max
) {
    return scopes_.with([&](auto& scopes) -> Result<void> {
        auto& values = scopes[scope];
        std::uint64_t bytes = key.size() + value.size();
        for (const auto& [name, text] : values) {
            bytes += name == key ? 0 : name.size() + text.size();
        }
        if (bytes > bytes_max) {
            return fail(ErrorCode::QuotaExceeded, "The plugin's store is full.");
        }
        values[key] = value;
        return {};
    });
}

Result<void> MemoryKvStore::remove(const std::string& scope, const std::string& key) {
    scopes_.with([&](auto& scopes) { scopes[scope].erase(key); });
    return {};
}

}  // namespace hostelry::plugin_host
