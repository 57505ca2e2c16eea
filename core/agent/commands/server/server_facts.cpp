#include "core/agent/commands/server/server_facts.h"

#include "core/agent/runtime/descriptor.h"
#include "core/agent/runtime/php.h"
#include "core/agent/runtime/programs.h"
#include "core/base/bytes.h"
#include "core/base/text.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <thread>

#ifndef HOSTELRY_VERSION
#define HOSTELRY_VERSION "0.0.0"
#endif

using nlohmann::json;

namespace hostelry::agent {
namespace {

struct FactsFacts {
    bool unused = false;
};

constexpr std::size_t kSmallFileMax = 1_MiB;
constexpr std::chrono::seconds kProgramMax{5};

}  // namespace

}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::FactsFacts>() {
    using hostelry::agent::FactsFacts;
    static const Description kDescription{"FactsFacts", {}};
    return kDescription;
}

namespace hostelry::agent {
namespace {

std::string content_of(const std::string& path) {
    const auto text = read_file(path, kSmallFileMax);
    return text && *text ? std::string(trim(**text)) : std::string{};
}

/// NAME=value lines as in /etc/os-release; quotes are taken off.
std::map<std::string, std::string> assignments_of(const std::string& text) {
    std::map<std::string, std::string> found;
    for (const auto& line : split(text, '\n')) {
        const auto equals = line.find('=');
        if (equals != std::string::npos) {
            auto value = line.substr(equals + 1);
            value.erase(std::remove(value.begin(), value.end(), '"'), value.end());
            found[line.substr(0, equals)] = value;
        }
    }
    return found;
}

/// "MemTotal:  16 kB" lines, in bytes.
std::map<std::string, std::int64_t> memory_facts() {
    std::map<std::string, std::int64_t> found;
    for (const auto& line : split(content_of("/proc/meminfo"), '\n')) {
        const auto colon = line.find(':');
        if (colon != std::string::npos) {
            found[line.substr(0, colon)] =
                std::strtoll(line.c_str() + colon + 1, nullptr, 10) * 1024;
        }
    }
    return found;
}

std::string cpu_model() {
    for (const auto& line : split(content_of("/proc/cpuinfo"), '\n')) {
        const auto colon = line.find(':');
        if (line.starts_with("model name") && colon != std::string::npos) {
            return std::string(trim(line.substr(colon + 1)));
        }
    }
    return {};
}

std::vector<std::string> own_addresses() {
    std::vector<std::string> addresses;
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) {
        return addresses;
    }
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owned{list, freeifaddrs};
    for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
        std::array<char, INET6_ADDRSTRLEN> text{};
        if (one->ifa_addr == nullptr || std::string_view(one->ifa_name) == "lo") {
            continue;
        }
        if (one->ifa_addr->sa_family == AF_INET) {
            const auto* v4 = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
            inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
        } else if (one->ifa_addr->sa_family == AF_INET6) {
            const auto* v6 = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr);
            if (!IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr)) {
                inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
            }
        }
        if (text.front() != '\0') {
            addresses.emplace_back(text.data());
        }
    }
    return addresses;
}

/// The first "1.2" or "1.2.3" in what a program says about itself; empty when it is not there.
std::string version_from(const std::string& program, const std::string& flag) {
    if (access(program.c_str(), X_OK) != 0) {
        return {};
    }
    const auto said = call_program({program, {flag}, {}, kProgramMax});
    if (!said) {
        return {};
    }
    const std::string text = said->output + said->errors;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto end = text.find_first_not_of("0123456789.", i);
        const auto length = (end == std::string::npos ? text.size() : end) - i;
        auto candidate = text.substr(i, length);
        if (length >= 3 && candidate.front() != '.' && candidate.find('.') != std::string::npos) {
            return candidate;
        }
        i += length > 0 ? length - 1 : 0;
    }
    return {};
}

std::vector<std::string> sites_of(const Layout& layout) {
    auto sites = names_in(layout.sites);
    std::erase_if(sites, [](const std::string& name) { return !is_site_key(name); });
    return sites;
}

json disks_json() {
    json disks = json::array();
    for (const auto& disk : disk_usage()) {
        disks.push_back(
            {{"mount", disk.mount},
             {"total_bytes", disk.total_bytes},
             {"used_bytes", disk.used_bytes}}
        );
    }
    return disks;
}

json services_json(const Layout& layout) {
    json services = json::array();
    for (const auto& service : service_states(layout)) {
        services.push_back({{"name", service.name}, {"state", service.state}});
    }
    return services;
}

class ReadFacts final : public WithoutUndo<Command> {
public:
    explicit ReadFacts(FactsFacts /*none*/) {}
    void check(Problems& /*problems*/) const override {}
    Result<Outcome> preview(Host& host) const override { return apply(host, Memory{}); }
    Result<Outcome> apply(Host& host, const Memory& /*memory*/) const override {
        Outcome outcome = unchanged("These are the server's facts.");
        outcome.output = collect_facts(host.layout, {});
        return outcome;
    }
};

}  // namespace

std::string_view agent_version() {
    return HOSTELRY_VERSION;
}

std::string boot_id() {
    return content_of("/proc/sys/kernel/random/boot_id");
}

std::vector<DiskSample> disk_usage() {
    std::vector<DiskSample> disks;
    std::set<unsigned long> seen;
    for (const char* mount : {"/", "/srv", "/var", "/var/lib/mysql", "/home"}) {
        struct statvfs facts {};
        if (statvfs(mount, &facts) != 0 || facts.f_blocks == 0 ||
            !seen.insert(facts.f_fsid).second) {
            continue;
        }
        const auto block = static_cast<std::int64_t>(facts.f_frsize);
        disks.push_back(
            {mount,
             static_cast<std::int64_t>(facts.f_blocks) * block,
             static_cast<std::int64_t>(facts.f_blocks - facts.f_bfree) * block}
        );
    }
    return disks;
}

std::vector<ServiceSample> service_states(const Layout& layout) {
    std::vector<std::string> argv{
        "show",
        "--property=Id,ActiveState,LoadState",
        "nginx.service",
        "mariadb.service",
        "hostelry-agent.service"};
    for (const auto& version : installed_php_versions(layout)) {
        argv.push_back("php" + version + "-fpm.service");
    }
    std::vector<ServiceSample> states;
    const auto said = call_program({"/usr/bin/systemctl", argv, {}, kProgramMax});
    if (!said) {
        return states;
    }
    std::string text = said->output + "\n";
    std::size_t start = 0;
    for (std::size_t end = text.find("\n\n"); end != std::string::npos;
         start = end + 2, end = text.find("\n\n", start)) {
        auto unit = assignments_of(text.substr(start, end - start));
        std::string name = unit["Id"].substr(0, unit["Id"].find(".service"));
        if (!name.empty() && unit["LoadState"] != "not-found") {
            states.push_back({std::move(name), unit["ActiveState"]});
        }
    }
    return states;
}

std::string collect_facts(const Layout& layout, const std::vector<std::string>& actions) {
    utsname machine{};
    uname(&machine);
    const auto os = assignments_of(content_of("/usr/lib/os-release"));
    const auto memory = memory_facts();
    const auto value = [](const auto& map, const std::string& key) {
        const auto found = map.find(key);
        return found == map.end() ? typename std::decay_t<decltype(map)>::mapped_type{}
                                  : found->second;
    };
    const auto php_versions = installed_php_versions(layout);
    const json facts{
        {"host_name", std::string(machine.nodename)},
        {"os",
         {{"id", value(os, "ID")},
          {"version", value(os, "VERSION_ID")},
          {"name", value(os, "PRETTY_NAME")}}},
        {"kernel", std::string(machine.release)},
        {"architecture", std::string(machine.machine)},
        {"cpu", {{"count", std::thread::hardware_concurrency()}, {"model", cpu_model()}}},
        {"memory_bytes", value(memory, "MemTotal")},
        {"swap_bytes", value(memory, "SwapTotal")},
        {"disks", disks_json()},
        {"addresses", own_addresses()},
        {"boot_id", boot_id()},
        {"agent_version", agent_version()},
        {"versions",
         {{"nginx", version_from("/usr/sbin/nginx", "-v")},
          {"php",
           php_versions.empty() ? std::string{}
                                : version_from("/usr/sbin/php-fpm" + php_versions.back(), "-v")},
          {"mariadb", version_from("/usr/sbin/mariadbd", "--version")}}},
        {"php_versions", php_versions},
        {"services", services_json(layout)},
        {"sites", sites_of(layout)},
        {"actions", actions}};
    return facts.dump(-1, ' ', false, json::error_handler_t::replace);
}

Sampler::Counters Sampler::read_counters() const {
    Counters counters;
    counters.at = clock_.steady();
    std::istringstream cpu(content_of("/proc/stat"));
    std::string word;
    cpu >> word;
    std::int64_t value = 0;
    for (int column = 0; column < 8 && cpu >> value; ++column) {
        counters.all += value;
        const bool idle = column == 3 || column == 4;  // idle and waiting for disks, proc(5)
        counters.busy += idle ? 0 : value;
    }
    for (const auto& line : split(content_of("/proc/net/dev"), '\n')) {
        const auto colon = line.find(':');
        if (colon == std::string::npos || trim(line.substr(0, colon)) == "lo") {
            continue;
        }
        std::istringstream columns(line.substr(colon + 1));
        std::array<std::int64_t, 9> numbers{};
        for (auto& number : numbers) {
            columns >> number;
        }
        counters.received += numbers[0];
        counters.sent += numbers[8];
    }
    return counters;
}

Sample Sampler::take() {
    Sample sample;
    const auto memory = memory_facts();
    const auto at = [&](const char* key) {
        const auto found = memory.find(key);
        return found == memory.end() ? std::int64_t{0} : found->second;
    };
    std::istringstream(content_of("/proc/loadavg")) >> sample.load_1 >> sample.load_5 >>
        sample.load_15;
    double uptime = 0;
    std::istringstream(content_of("/proc/uptime")) >> uptime;
    sample.uptime_seconds = static_cast<std::int64_t>(uptime);
    sample.cpu_count = std::thread::hardware_concurrency();
    sample.memory_total_bytes = at("MemTotal");
    sample.memory_used_bytes = at("MemTotal") - at("MemAvailable");
    sample.swap_total_bytes = at("SwapTotal");
    sample.swap_used_bytes = at("SwapTotal") - at("SwapFree");
    const auto now = read_counters();
    sample.network_received_bytes = now.received;
    sample.network_sent_bytes = now.sent;
    if (before_) {
        const double seconds = std::chrono::duration<double>(now.at - before_->at).count();
        const auto all = static_cast<double>(now.all - before_->all);
        if (seconds > 0 && all > 0) {
            sample.cpu_percent = 100.0 * static_cast<double>(now.busy - before_->busy) / all;
            sample.network_received_per_second =
                static_cast<double>(now.received - before_->received) / seconds;
            sample.network_sent_per_second =
                static_cast<double>(now.sent - before_->sent) / seconds;
        }
    }
    before_ = now;
    sample.disks = disk_usage();
    sample.services = service_states(layout_);
    return sample;
}

void add_server_commands(Registry& registry) {
    registry.add<ReadFacts, FactsFacts>("facts");
}

}  // namespace hostelry::agent
