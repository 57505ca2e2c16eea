#pragma once
// One call as a member sees it, and the small pieces that views and sinks need.

#include "hostelry/abi.h"
#include "hostelry/problem.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace hostelry::plugin {

inline std::string_view view(hostelry_str text) {
    return text.len == 0 ? std::string_view() : std::string_view(text.ptr, text.len);
}

inline hostelry_str str(std::string_view text) {
    return {text.data(), text.size()};
}

/// Writes all of `text`; false when the host wants no more.
inline bool write(const hostelry_sink& sink, std::string_view text) {
    return sink.write != nullptr && sink.write(sink.ctx, text.data(), text.size()) == HOSTELRY_OK;
}

/// A sink that collects into a string of ours; nothing is thrown through the C boundary.
class Collector {
public:
    hostelry_sink sink() { return {this, &Collector::append}; }
    const std::string& text() const { return text_; }

private:
    static std::int32_t append(void* ctx, const char* ptr, std::uint64_t len) {
        try {
            static_cast<Collector*>(ctx)->text_.append(ptr, len);
            return HOSTELRY_OK;
        } catch (...) {
            return HOSTELRY_QUOTA;
        }
    }

    std::string text_;
};

/// Borrowed; lives as long as the member runs.
class Call {
public:
    explicit Call(const hostelry_call* raw) : raw_(raw) {}

    const hostelry_call* raw() const { return raw_; }
    std::string_view idempotency_key() const { return view(raw_->idem_key); }
    std::string_view tenant() const { return view(raw_->tenant); }
    std::string_view trace() const { return view(raw_->trace); }
    /// 0 for none; on the clock of Host::monotonic_ns.
    std::uint64_t deadline_ns() const { return raw_->deadline_ns; }
    bool cancelled() const { return raw_->cancelled(raw_->ctx) != 0; }
    /// Call between pieces of work: ends the member when nobody waits any more.
    void check() const {
        if (cancelled()) {
            throw Problem(HOSTELRY_CANCELLED, "The call was cancelled.");
        }
    }
    void progress(std::string_view note) const {
        if (HOSTELRY_HAS(raw_, progress.write)) {
            write(raw_->progress, nlohmann::json{{"note", note}}.dump());
        }
    }

private:
    const hostelry_call* raw_;
};

}  // namespace hostelry::plugin
