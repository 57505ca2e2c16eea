#pragma once
// Header-only comfort for plugins in C++17: an instance is an ordinary class, a member an ordinary
// function `json f(const Call&, const json& request)`, a failure a thrown Problem. The trampolines
// here are the only code that touches the C boundary; whatever else is thrown becomes INTERNAL.
//
//     class Plain {
//     public:
//         explicit Plain(hostelry::plugin::Host host);
//         void configure(const Call& call, const json& settings);
//         json plan(const Call& call, const json& request);
//     };
//     const hostelry_site_template_v1 kTemplate{sizeof(kTemplate), 0, member<&Plain::describe>,
//     ...};
//
//     HOSTELRY_PLUGIN_ENTRY(host) {
//         static const hostelry_plugin kPlugin = define<Plain>("org.example.plain", "1.0.0",
//         &tables); Entry<Plain>::host = host; return &kPlugin;
//     }

#include "hostelry/abi.h"
#include "hostelry/call.hpp"
#include "hostelry/host.hpp"
#include "hostelry/problem.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>

namespace hostelry::plugin {

namespace detail {

inline std::int32_t report(const hostelry_call* call, const Problem& problem) noexcept {
    try {
        write(
            call->err,
            problem.to_json().dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
        );
    } catch (...) {
        // Out of memory: the status alone still says what happened.
        return problem.status();
    }
    return problem.status();
}

/// Runs `body` and turns whatever comes out of it into a status; nothing passes the C boundary.
template <class Body>
std::int32_t guarded(const hostelry_call* call, Body&& body) noexcept {
    try {
        return std::forward<Body>(body)();
    } catch (const Problem& problem) {
        return report(call, problem);
    } catch (const std::exception& error) {
        return report(call, Problem(HOSTELRY_INTERNAL, error.what()));
    } catch (...) {
        return report(call, Problem(HOSTELRY_INTERNAL, "The plugin failed in an unknown way."));
    }
}

template <class Function>
struct MemberOf;
template <class Instance>
struct MemberOf<nlohmann::json (Instance::*)(const Call&, const nlohmann::json&)> {
    using type = Instance;
};
template <class Instance>
struct MemberOf<nlohmann::json (Instance::*)(const Call&, const nlohmann::json&) const> {
    using type = Instance;
};

}  // namespace detail

/// The C function for a member function of the instance.
template <auto Function>
std::int32_t member(void* instance, const hostelry_call* call, hostelry_str request) {
    using Instance = typename detail::MemberOf<decltype(Function)>::type;
    return detail::guarded(call, [&] {
        const auto json = nlohmann::json::parse(view(request));
        const auto answer = (static_cast<Instance*>(instance)->*Function)(Call(call), json);
        return write(call->out, answer.dump()) ? std::int32_t{HOSTELRY_OK}
                                               : std::int32_t{HOSTELRY_QUOTA};
    });
}

/// Keeps what entry received; one per instance class.
template <class Instance>
struct Entry {
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): entry gets it once
    static inline const hostelry_host* host = nullptr;

    static std::int32_t create(void* account, const hostelry_call* call, void** instance) {
        return detail::guarded(call, [&] {
            *instance = std::make_unique<Instance>(Host(host, account)).release();
            return std::int32_t{HOSTELRY_OK};
        });
    }
    static std::int32_t configure(
        void* instance, const hostelry_call* call, hostelry_str settings
    ) {
        return detail::guarded(call, [&] {
            const auto json = nlohmann::json::parse(view(settings));
            static_cast<Instance*>(instance)->configure(Call(call), json.at("settings"));
            return std::int32_t{HOSTELRY_OK};
        });
    }
    static void destroy(void* instance) {
        const std::unique_ptr<Instance> owned(static_cast<Instance*>(instance));
    }
};

/// The plugin's own table; fill in `selftest` or `drain` afterwards where there is one.
template <class Instance>
hostelry_plugin define(
    std::string_view id,
    std::string_view version,
    const void* (*tables)(hostelry_str name, std::uint32_t revision)
) {
    hostelry_plugin plugin{};
    plugin.size = sizeof(plugin);
    plugin.abi_major = HOSTELRY_ABI_MAJOR;
    plugin.abi_built_minor = HOSTELRY_ABI_MINOR;
    plugin.abi_min_minor = 0;
    plugin.id = str(id);
    plugin.version = str(version);
    plugin.draft = str(HOSTELRY_ABI_DRAFT);
    plugin.create = &Entry<Instance>::create;
    plugin.configure = &Entry<Instance>::configure;
    plugin.destroy = &Entry<Instance>::destroy;
    plugin.get = tables;
    return plugin;
}

}  // namespace hostelry::plugin

// NOLINTBEGIN(bugprone-macro-parentheses): `host` names a parameter
#define HOSTELRY_PLUGIN_ENTRY(host)                                             \
    extern "C" HOSTELRY_EXPORT const hostelry_plugin* hostelry_plugin_entry_v1( \
        const hostelry_host* host                                               \
    )
// NOLINTEND(bugprone-macro-parentheses)
