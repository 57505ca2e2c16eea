#pragma once
// A plugin host with all its services, and the puppet plugin with settings.

#include "core/base/clock.h"
#include "core/platform/plugin_host/plugin_host.h"

#include "tests/integration/plugin_host/fake_gateway.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace hostelry::plugin_host {

inline const std::string kPuppet = "org.example.puppet";

inline std::string fixture(const std::string& name) {
    return std::string(HOSTELRY_TEST_FIXTURES) + "/" + name;
}

inline std::string shipped(const std::string& name) {
    return std::string(HOSTELRY_TEST_PLUGINS) + "/" + name;
}

class PluginWorld : public ::testing::Test {
protected:
    using json = nlohmann::json;

    static json puppet_settings() {
        return {{"base_url", "https://dns.example:8443"}, {"token", "sesame-sesame"}};
    }
    void load_puppet() {
        const auto loaded = host.load(fixture("puppet"));
        ASSERT_TRUE(loaded) << loaded.error().message << " / " << loaded.error().cause;
        const auto configured = host.configure(kPuppet, puppet_settings());
        ASSERT_TRUE(configured) << configured.error().message << " / " << configured.error().cause;
    }
    Result<json> ask(const std::string& zone, const CallOptions& options = {}) {
        return host.call(kPuppet, "dns/1.zone_get", {{"zone", zone}}, options);
    }
    Result<json> create(const std::string& zone) {
        return host.call(kPuppet, "dns/1.zone_create", {{"zone", zone}});
    }

    SystemClock clock;
    FakeGateway gateway;
    MemoryKvStore kv;
    PluginHost host{HostServices{clock, &gateway, kv}};
};

}  // namespace hostelry::plugin_host
