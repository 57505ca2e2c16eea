#pragma once
// The host's side of one running call: the C struct the plugin sees and what stands behind it.

#include "core/platform/plugin_host/placement.h"

#include "hostelry/abi.h"

#include <atomic>
#include <cstdint>
#include <string>

namespace hostelry::plugin_host {

/// Lives on the stack of the call; `raw().ctx` points back to it.
class CallState {
public:
    explicit CallState(const CallFrame& frame);
    CallState(const CallState&) = delete;
    CallState& operator=(const CallState&) = delete;

    const hostelry_call* raw() const { return &raw_; }
    const CallFrame& frame() const { return frame_; }
    bool cancelled() const { return frame_.cancelled && frame_.cancelled(); }
    /// False once the call has written as many log lines as one may.
    bool take_log_line() { return log_lines_++ < kLogLinesMax; }
    std::uint32_t log_lines_dropped() const {
        const auto written = log_lines_.load();
        return written > kLogLinesMax ? written - kLogLinesMax : 0;
    }
    /// Status, answer and problem of the member that returned `status`.
    RawAnswer answer(std::int32_t status);

    /// The state behind a call that a plugin hands to a host table; null for null.
    static CallState* from(const hostelry_call* call) {
        return call == nullptr ? nullptr : static_cast<CallState*>(call->ctx);
    }

private:
    static constexpr std::uint32_t kLogLinesMax = 200;

    static std::int32_t is_cancelled(void* ctx);
    static std::int32_t write_out(void* ctx, const char* ptr, std::uint64_t len);
    static std::int32_t write_problem(void* ctx, const char* ptr, std::uint64_t len);
    static std::int32_t write_progress(void* ctx, const char* ptr, std::uint64_t len);

    const CallFrame& frame_;
    hostelry_call raw_{};
    std::string out_;
    std::string problem_;
    bool overflowed_ = false;
    std::atomic<std::uint32_t> log_lines_{0};
};

}  // namespace hostelry::plugin_host
