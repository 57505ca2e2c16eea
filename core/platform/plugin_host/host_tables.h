#pragma once
// The host as one plugin sees it: the C tables log/1, http/1, secret/1, kv/1 and clock/1 over our
// services.

#include "core/platform/plugin_host/account.h"
#include "core/platform/plugin_host/host_services.h"

#include "hostelry/abi.h"
#include "hostelry/host_clock.h"
#include "hostelry/host_http.h"
#include "hostelry/host_kv.h"
#include "hostelry/host_log.h"
#include "hostelry/host_secret.h"

namespace hostelry::plugin_host {

/// One a plugin; must live as long as the plugin may call it.
class HostTables {
public:
    HostTables(HostServices services, const Manifest& manifest);
    HostTables(const HostTables&) = delete;
    HostTables& operator=(const HostTables&) = delete;

    const hostelry_host* host() const { return &host_; }

private:
    static const void* get(void* ctx, hostelry_str name, std::uint32_t revision);
    static void write_log(
        void* ctx,
        void* account,
        const hostelry_call* call,
        std::uint32_t level,
        hostelry_str message,
        hostelry_str fields
    );
    static std::int32_t send_http(
        void* ctx,
        void* account,
        const hostelry_call* call,
        hostelry_str request,
        const hostelry_sink* out,
        const hostelry_sink* err
    );
    static std::int32_t has_secret(void* ctx, void* account, hostelry_str name);
    static std::int32_t get_value(
        void* ctx, void* account, hostelry_str key, const hostelry_sink* out
    );
    static std::int32_t put_value(void* ctx, void* account, hostelry_str key, hostelry_str value);
    static std::int32_t remove_value(void* ctx, void* account, hostelry_str key);
    static std::uint64_t now_unix_ns(void* ctx);
    static std::uint64_t monotonic_ns(void* ctx);
    static std::int32_t wait(void* ctx, const hostelry_call* call, std::uint64_t duration_ns);

    HostServices services_;
    const Manifest& manifest_;
    hostelry_host host_{};
    hostelry_log_v1 log_{};
    hostelry_http_v1 http_{};
    hostelry_secret_v1 secret_{};
    hostelry_kv_v1 kv_{};
    hostelry_clock_v1 clock_{};
};

}  // namespace hostelry::plugin_host
