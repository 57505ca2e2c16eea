#pragma once
// A PowerDNS server of its own on loopback, with an empty database, for as long as the object
// lives.

#include "tests/support/scratch_folder.h"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace hostelry::plugin_host {

class RealPowerdns {
public:
    static bool is_installed();

    RealPowerdns();
    RealPowerdns(const RealPowerdns&) = delete;
    RealPowerdns& operator=(const RealPowerdns&) = delete;
    ~RealPowerdns();

    /// False when it did not come up; `log()` says why.
    bool is_running() const { return running_; }
    std::string base_url() const;
    std::uint16_t dns_port() const { return dns_port_; }
    std::string api_key() const { return "key-of-the-test"; }
    std::string log() const;

private:
    void write_config() const;
    bool make_database() const;
    void start();
    bool wait_until_it_listens() const;

    hostelry::testing::ScratchFolder scratch_;
    std::filesystem::path folder_ = scratch_.path();
    std::uint16_t dns_port_;
    std::uint16_t api_port_;
    pid_t child_ = -1;
    bool running_ = false;
};

}  // namespace hostelry::plugin_host
