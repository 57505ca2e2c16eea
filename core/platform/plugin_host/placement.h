#pragma once
// Where a plugin's code runs. The host above it checks schemas and words errors; a placement only
// carries bytes, so that the same plugin can run in this process or in a child of it.

#include "core/base/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hostelry::plugin_host {

/// What surrounds a call; views and functions live until it returned.
struct CallFrame {
    std::chrono::steady_clock::time_point deadline;
    std::string_view idempotency_key;
    std::string_view tenant;
    std::string_view trace;
    std::function<bool()> cancelled;                    ///< May be empty.
    std::function<void(std::string_view)> on_progress;  ///< JSON text; may be empty.
};

/// What a member left behind, not yet believed.
struct RawAnswer {
    std::int32_t status = 0;
    std::string out;
    std::string problem;
};

class Placement {
public:
    virtual ~Placement() = default;
    /// Makes the account's instance, or a new one with new settings: calls that run finish on the
    /// old one. `settings` is JSON text with the real secrets.
    virtual Result<void> configure(
        const std::string& account, const std::string& settings, const CallFrame& frame
    ) = 0;
    virtual bool has_account(const std::string& account) const = 0;
    /// Whether the plugin has that member (the slot exists and is not null).
    virtual bool offers(std::string_view capability, std::uint32_t revision, std::size_t offset)
        const = 0;
    /// From any thread. Unavailable when the placement is draining, NotFound for an account it does
    /// not have.
    virtual Result<RawAnswer> call(
        const std::string& account,
        std::string_view capability,
        std::uint32_t revision,
        std::size_t offset,
        std::string_view request,
        const CallFrame& frame
    ) = 0;
    /// Unsupported when the plugin has no self-test.
    virtual Result<RawAnswer> selftest(const std::string& account, const CallFrame& frame) = 0;
    /// Takes no new calls, waits for those that run, ends the instances. Timeout when calls still
    /// run at the deadline; instances in use are then kept.
    virtual Result<void> drain(std::chrono::steady_clock::time_point deadline) = 0;
};

}  // namespace hostelry::plugin_host
