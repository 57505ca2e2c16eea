#include "core/platform/plugin_host/call_state.h"

#include "core/base/bytes.h"
#include "core/platform/plugin_host/text_view.h"

namespace hostelry::plugin_host {

namespace {

constexpr std::uint64_t kAnswerBytesMax = 16_MiB;
constexpr std::uint64_t kProblemBytesMax = 16_KiB;
constexpr std::uint64_t kProgressBytesMax = 4_KiB;

/// Nothing is thrown into the plugin: running out of memory is a limit reached.
std::int32_t append(
    std::string& target, std::uint64_t limit, const char* ptr, std::uint64_t len
) noexcept {
    if ((ptr == nullptr && len != 0) || len > limit || target.size() > limit - len) {
        return HOSTELRY_QUOTA;
    }
    try {
        target.append(ptr == nullptr ? "" : ptr, len);
        return HOSTELRY_OK;
    } catch (...) {
        return HOSTELRY_QUOTA;
    }
}

}  // namespace

CallState::CallState(const CallFrame& frame) : frame_(frame) {
    raw_.size = sizeof(raw_);
    const std::chrono::nanoseconds deadline = frame.deadline.time_since_epoch();
    raw_.deadline_ns = static_cast<std::uint64_t>(deadline.count());
    raw_.idem_key = str(frame.idempotency_key);
    raw_.tenant = str(frame.tenant);
    raw_.trace = str(frame.trace);
    raw_.ctx = this;
    raw_.cancelled = &CallState::is_cancelled;
    raw_.out = {this, &CallState::write_out};
    raw_.err = {this, &CallState::write_problem};
    raw_.progress = {this, &CallState::write_progress};
}

RawAnswer CallState::answer(std::int32_t status) {
    // A member that ignored the sink's refusal has given half an answer.
    const auto believed = status == HOSTELRY_OK && overflowed_ ? HOSTELRY_QUOTA : status;
    return {believed, std::move(out_), std::move(problem_)};
}

std::int32_t CallState::is_cancelled(void* ctx) {
    try {
        return static_cast<CallState*>(ctx)->cancelled() ? 1 : 0;
    } catch (...) {
        return 1;
    }
}

std::int32_t CallState::write_out(void* ctx, const char* ptr, std::uint64_t len) {
    auto& state = *static_cast<CallState*>(ctx);
    const auto status = append(state.out_, kAnswerBytesMax, ptr, len);
    state.overflowed_ = state.overflowed_ || status != HOSTELRY_OK;
    return status;
}

std::int32_t CallState::write_problem(void* ctx, const char* ptr, std::uint64_t len) {
    return append(static_cast<CallState*>(ctx)->problem_, kProblemBytesMax, ptr, len);
}

std::int32_t CallState::write_progress(void* ctx, const char* ptr, std::uint64_t len) {
    auto& state = *static_cast<CallState*>(ctx);
    if (ptr == nullptr || len > kProgressBytesMax) {
        return HOSTELRY_QUOTA;
    }
    if (!state.frame_.on_progress) {
        return HOSTELRY_CANCELLED;
    }
    try {
        state.frame_.on_progress(std::string_view(ptr, len));
        return HOSTELRY_OK;
    } catch (...) {
        return HOSTELRY_CANCELLED;
    }
}

}  // namespace hostelry::plugin_host
