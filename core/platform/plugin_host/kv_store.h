#pragma once
// The small store behind kv/1.

#include "core/base/lock_guarded.h"
#include "core/base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace hostelry::plugin_host {

/// `scope` is one account of one plugin. From any thread.
class KvStore {
public:
    virtual ~KvStore() = default;
    virtual Result<std::optional<std::string>> get(
        const std::string& scope, const std::string& key
    ) = 0;
    /// QuotaExceeded when keys and values of the scope would exceed `bytes_max`; nothing is changed
    /// then.
    virtual Result<void> put(
        const std::string& scope,
        const std::string& key,
        const std::string& value,
        std::uint64_t bytes_max
    ) = 0;
    virtual Result<void> remove(const std::string& scope, const std::string& key) = 0;
};

/// Ends with the process: enough for caches, which is all that plugins may keep here.
class MemoryKvStore final : public KvStore {
public:
    Result<std::optional<std::string>> get(const std::string& scope, const std::string& key)
        override;
    Result<void> put(
        const std::string& scope,
        const std::string& key,
        const std::string& value,
        std::uint64_t bytes_max
    ) override;
    Result<void> remove(const std::string& scope, const std::string& key) override;

private:
    LockGuarded<std::map<std::string, std::map<std::string, std::string>>> scopes_;
};

}  // namespace hostelry::plugin_host
