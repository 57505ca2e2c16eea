#include "core/platform/plugin_host/host_tables.h"

#include "core/base/bytes.h"
#include "core/base/letters.h"
#include "core/base/text.h"
#include "core/platform/log/log.h"
#include "core/platform/plugin_host/call_state.h"
#include "core/platform/plugin_host/host_http_call.h"
#include "core/platform/plugin_host/status.h"
#include "core/platform/plugin_host/text_view.h"

#include <algorithm>
#include <thread>

namespace hostelry::plugin_host {

namespace {

constexpr std::size_t kLogTextMax = 4096;  // Of message and fields each: a line has 8 KiB.
constexpr std::size_t kKeyMax = 200;
constexpr std::size_t kValueMax = 64_KiB;
constexpr std::chrono::milliseconds kWaitSlice{20};

HostTables& tables(void* ctx) {
    return *static_cast<HostTables*>(ctx);
}

void report_failure(const char* why) noexcept {
    try {
        log::error("plugin", "A host table failed", {{"cause", why}});
    } catch (...) {
        // Nothing is left to say it with; the plugin hears INTERNAL all the same.
        return;
    }
}

/// Runs `body`; the C boundary lets nothing else pass.
template <class Body>
std::int32_t guarded(Body&& body) noexcept {
    try {
        return body();
    } catch (const std::exception& error) {
        report_failure(error.what());
    } catch (...) {
        report_failure("unknown exception");
    }
    return HOSTELRY_INTERNAL;
}

void write_sink(const hostelry_sink* sink, std::string_view text) {
    if (sink != nullptr && sink->write != nullptr) {
        sink->write(sink->ctx, text.data(), text.size());
    }
}

bool is_key(std::string_view key) {
    return !key.empty() && key.size() <= kKeyMax && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_.:/-").find(c) != std::string_view::npos;
    });
}

/// One line of a plugin: valid text, no line breaks of its own, no secret, not too long. Secrets go
/// first: a cut through one would leave a part of it unknown to us.
std::string presentable(const Account* account, std::string_view text) {
    if (!is_valid_utf8(text)) {
        return "(not UTF-8)";
    }
    std::string line(text);
    if (account != nullptr) {
        line = account->redact(std::move(line));
    }
    line = cut_at_letter(line, kLogTextMax);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' '
    );
    return line;
}

void log_line(
    std::uint32_t level,
    std::string_view plugin,
    std::string_view message,
    std::string_view details,
    std::string_view tenant,
    std::string_view trace
) {
    const log::Fields fields{
        {"plugin", plugin}, {"details", details}, {"tenant", tenant}, {"trace", trace}};
    switch (level) {
        case HOSTELRY_LOG_DEBUG:
            return log::debug("plugin", message, fields);
        case HOSTELRY_LOG_INFO:
            return log::info("plugin", message, fields);
        case HOSTELRY_LOG_WARN:
            return log::warn("plugin", message, fields);
        default:
            return log::error("plugin", message, fields);
    }
}

}  // namespace

HostTables::HostTables(HostServices services, const Manifest& manifest)
    : services_(services), manifest_(manifest) {
    host_ = {sizeof(host_), HOSTELRY_ABI_MAJOR, HOSTELRY_ABI_MINOR, 0, this, &HostTables::get};
    log_ = {sizeof(log_), 0, this, &HostTables::write_log};
    http_ = {sizeof(http_), 0, this, &HostTables::send_http};
    secret_ = {sizeof(secret_), 0, this, &HostTables::has_secret};
    kv_ = {
        sizeof(kv_),
        0,
        this,
        &HostTables::get_value,
        &HostTables::put_value,
        &HostTables::remove_value};
    clock_ = {
        sizeof(clock_),
        0,
        this,
        &HostTables::now_unix_ns,
        &HostTables::monotonic_ns,
        &HostTables::wait};
}

const void* HostTables::get(void* ctx, hostelry_str name, std::uint32_t revision) {
    auto& self = tables(ctx);
    const auto table = view(name);
    if (revision != 1) {
        return nullptr;
    }
    if (table == "log") {
        return &self.log_;
    }
    if (table == "http") {
        return self.services_.http == nullptr ? nullptr : &self.http_;
    }
    if (table == "secret") {
        return &self.secret_;
    }
    if (table == "kv") {
        return self.manifest_.permissions.kv_bytes_max == 0 ? nullptr : &self.kv_;
    }
    return table == "clock" ? &self.clock_ : nullptr;
}

void HostTables::write_log(
    void* ctx,
    void* account,
    const hostelry_call* call,
    std::uint32_t level,
    hostelry_str message,
    hostelry_str fields
) {
    guarded([&]() -> std::int32_t {
        auto* state = CallState::from(call);
        if (state != nullptr && !state->take_log_line()) {
            return HOSTELRY_QUOTA;
        }
        const auto* owner = static_cast<const Account*>(account);
        log_line(
            level,
            owner == nullptr ? tables(ctx).manifest_.id : owner->scope(),
            presentable(owner, view(message)),
            presentable(owner, view(fields)),
            state == nullptr ? "" : state->frame().tenant,
            state == nullptr ? "" : state->frame().trace
        );
        return HOSTELRY_OK;
    });
}

std::int32_t HostTables::send_http(
    void* ctx,
    void* account,
    const hostelry_call* call,
    hostelry_str request,
    const hostelry_sink* out,
    const hostelry_sink* err
) {
    return guarded([&]() -> std::int32_t {
        const auto& services = tables(ctx).services_;
        if (account == nullptr || services.http == nullptr) {
            return HOSTELRY_UNSUPPORTED;
        }
        const auto answer = send_for_plugin(
            *services.http,
            services.clock,
            *static_cast<const Account*>(account),
            CallState::from(call),
            view(request)
        );
        if (!answer) {
            write_sink(err, to_problem(answer.error()));
            return status_of(answer.error());
        }
        write_sink(out, *answer);
        return HOSTELRY_OK;
    });
}

std::int32_t HostTables::has_secret(void*, void* account, hostelry_str name) {
    return guarded([&]() -> std::int32_t {
        const auto* owner = static_cast<const Account*>(account);
        return owner != nullptr && owner->has_secret(view(name)) ? HOSTELRY_OK : HOSTELRY_NOT_FOUND;
    });
}

std::int32_t HostTables::get_value(
    void* ctx, void* account, hostelry_str key, const hostelry_sink* out
) {
    return guarded([&]() -> std::int32_t {
        if (account == nullptr || !is_key(view(key))) {
            return HOSTELRY_INVALID;
        }
        const auto value = tables(ctx).services_.kv.get(
            static_cast<const Account*>(account)->scope(), std::string(view(key))
        );
        if (!value) {
            return HOSTELRY_INTERNAL;
        }
        if (!*value) {
            return HOSTELRY_NOT_FOUND;
        }
        write_sink(out, **value);
        return HOSTELRY_OK;
    });
}

std::int32_t HostTables::put_value(void* ctx, void* account, hostelry_str key, hostelry_str value) {
    return guarded([&]() -> std::int32_t {
        if (account == nullptr || !is_key(view(key)) || view(value).size() > kValueMax ||
            !is_valid_utf8(view(value))) {
            return HOSTELRY_INVALID;
        }
        auto& self = tables(ctx);
        const auto stored = self.services_.kv.put(
            static_cast<const Account*>(account)->scope(),
            std::string(view(key)),
            std::string(view(value)),
            self.manifest_.permissions.kv_bytes_max
        );
        return stored ? HOSTELRY_OK : status_of(stored.error());
    });
}

std::int32_t HostTables::remove_value(void* ctx, void* account, hostelry_str key) {
    return guarded([&]() -> std::int32_t {
        if (account == nullptr || !is_key(view(key))) {
            return HOSTELRY_INVALID;
        }
        const auto removed = tables(ctx).services_.kv.remove(
            static_cast<const Account*>(account)->scope(), std::string(view(key))
        );
        return removed ? HOSTELRY_OK : status_of(removed.error());
    });
}

std::uint64_t HostTables::now_unix_ns(void* ctx) {
    const std::chrono::nanoseconds now = tables(ctx).services_.clock.now().time_since_epoch();
    return static_cast<std::uint64_t>(now.count());
}

std::uint64_t HostTables::monotonic_ns(void* ctx) {
    const std::chrono::nanoseconds now = tables(ctx).services_.clock.steady().time_since_epoch();
    return static_cast<std::uint64_t>(now.count());
}

std::int32_t HostTables::wait(void* ctx, const hostelry_call* call, std::uint64_t duration_ns) {
    return guarded([&]() -> std::int32_t {
        const auto& clock = tables(ctx).services_.clock;
        const auto* state = CallState::from(call);
        constexpr std::uint64_t kWaitMax = 3'600'000'000'000;
        const auto end = clock.steady() + std::chrono::nanoseconds(std::min(duration_ns, kWaitMax));
        while (clock.steady() < end) {
            if (state != nullptr && state->cancelled()) {
                return HOSTELRY_CANCELLED;
            }
            if (state != nullptr && clock.steady() >= state->frame().deadline) {
                return HOSTELRY_DEADLINE;
            }
            std::this_thread::sleep_for(
                std::min<std::chrono::nanoseconds>(kWaitSlice, end - clock.steady())
            );
        }
        return HOSTELRY_OK;
    });
}

}  // namespace hostelry::plugin_host
