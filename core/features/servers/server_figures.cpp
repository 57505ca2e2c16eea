#include "core/features/servers/server_figures.h"

#include "core/agent/protocol/sample.h"
#include "core/base/text.h"
#include "core/features/servers/host_key.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace hostelry::servers {

namespace {

constexpr std::size_t kFactTextMax = 120;
constexpr std::size_t kServicesMax = 30;
constexpr std::size_t kDisksMax = 8;

/// Agents are not trusted to send the types they should.
std::string text_at(const nlohmann::json& value, std::initializer_list<const char*> path) {
    const auto* at = &value;
    for (const auto* name : path) {
        if (!at->is_object() || !at->contains(name)) {
            return {};
        }
        at = &(*at)[name];
    }
    return at->is_string() ? at->get<std::string>().substr(0, kFactTextMax) : "";
}

view::Value known_or_na(std::string text) {
    if (text.empty()) {
        return {.missing = view::Na{"The agent has not said it yet."}};
    }
    return {.text = std::move(text)};
}

std::optional<agent::Sample> sample_of(const Server& server) {
    if (!server.status) {
        return std::nullopt;
    }
    auto sample = decode_as<agent::Sample>(server.status->parse());
    return sample ? std::optional{*std::move(sample)} : std::nullopt;
}

int percent_of(std::int64_t used, std::int64_t total) {
    return total <= 0
               ? 0
               : static_cast<int>(std::clamp<std::int64_t>(used / (total / 100 + 1), 0, 100));
}

/// Turns a figure into N/A when it is not of the present.
class Freshness {
public:
    Freshness(const Server& server, const view::ReaderTime& time) : is_fresh_(server.is_online) {
        if (!server.status_at) {
            why_ = server.is_online ? "The first figures come within seconds."
                                    : "The agent has not called yet.";
        } else if (!is_fresh_) {
            why_ = "The agent is not connected. Last value, " + time.relative(*server.status_at) +
                   ": ";
        }
    }
    view::Value operator()(std::string text, std::string unit = {}) const {
        if (is_fresh_) {
            return {.text = std::move(text), .unit = std::move(unit), .missing = {}};
        }
        return {.text = {}, .unit = {}, .missing = view::Na{why_ + text + unit}};
    }
    view::Value none() const { return {.text = {}, .unit = {}, .missing = view::Na{why_}}; }
    bool is_fresh() const { return is_fresh_; }

private:
    bool is_fresh_;
    std::string why_;
};

view::Fact used_fact(
    std::string label, std::int64_t used, std::int64_t total, const Freshness& fresh
) {
    view::Fact fact{
        .label = std::move(label),
        .value = fresh(view::show_bytes(used) + " of " + view::show_bytes(total))};
    if (fresh.is_fresh()) {
        fact.used_percent = percent_of(used, total);
    }
    return fact;
}

void add_resources(view::Facts& facts, const agent::Sample& sample, const Freshness& fresh) {
    view::Fact cpu{
        .label = "CPU",
        .value = fresh(
            fmt::format("{:.0f}", sample.cpu_percent),
            " % of " + std::to_string(sample.cpu_count) +
                (sample.cpu_count == 1 ? " core" : " cores")
        )};
    if (fresh.is_fresh()) {
        cpu.used_percent = static_cast<int>(std::clamp(sample.cpu_percent, 0.0, 100.0));
    }
    facts.push_back(std::move(cpu));
    facts.push_back(
        {.label = "Load",
         .value = fresh(
             fmt::format("{:.2f}, {:.2f}, {:.2f}", sample.load_1, sample.load_5, sample.load_15)
         )}
    );
    facts.push_back(used_fact("Memory", sample.memory_used_bytes, sample.memory_total_bytes, fresh)
    );
    if (sample.swap_total_bytes > 0) {
        facts.push_back(used_fact("Swap", sample.swap_used_bytes, sample.swap_total_bytes, fresh));
    }
    for (std::size_t i = 0; i < std::min(sample.disks.size(), kDisksMax); ++i) {
        const auto& disk = sample.disks[i];
        facts.push_back(used_fact(
            "Disk " + disk.mount.substr(0, kFactTextMax), disk.used_bytes, disk.total_bytes, fresh
        ));
    }
    facts.push_back(
        {.label = "Network",
         .value = fresh(
             view::show_bytes(static_cast<std::int64_t>(sample.network_received_per_second)) +
             "/s in, " +
             view::show_bytes(static_cast<std::int64_t>(sample.network_sent_per_second)) + "/s out"
         )}
    );
    facts.push_back(
        {.label = "Up for",
         .value = fresh(view::show_duration(std::chrono::seconds{sample.uptime_seconds}))}
    );
}

std::string state_word(std::string state) {
    if (state.empty()) {
        return "Stopped";
    }
    state.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(state.front())));
    return state;
}

view::Chip service_chip(const std::string& state, bool is_fresh) {
    if (!is_fresh) {
        return {
            .status = view::Status::Unknown, .word = "Unknown", .detail = "Last state: " + state};
    }
    if (state == "active") {
        return {.status = view::Status::Ready, .word = "Running"};
    }
    if (state == "activating" || state == "reloading" || state == "deactivating") {
        return {.status = view::Status::Working, .word = state_word(state)};
    }
    return {.status = view::Status::Failed, .word = state_word(state)};
}

void add_disk(ServerFigures& figures, const agent::Sample& sample, const Freshness& fresh) {
    figures.disk = fresh.none();
    for (const auto& disk : sample.disks) {
        if (disk.mount == "/") {
            figures.disk =
                fresh(std::to_string(percent_of(disk.used_bytes, disk.total_bytes)), " %");
        }
    }
}

view::Status status_of(ServerState state) {
    constexpr std::array kStatuses{
        view::Status::Working,
        view::Status::Working,
        view::Status::Ready,
        view::Status::Failed,
        view::Status::Working};
    return kStatuses[static_cast<std::size_t>(state)];
}

std::string word_of(ServerState state) {
    constexpr std::array<std::string_view, 5> kWords{
        "Queued", "Provisioning", "Ready", "Failed", "Removing"};
    return std::string(kWords[static_cast<std::size_t>(state)]);
}

}  // namespace

view::Chip chip_of(const Server& server, bool in_table) {
    if (server.state == ServerState::Ready && !server.is_online) {
        return {
            .status = view::Status::Unknown,
            .word = "Offline",
            .detail = "The agent is not connected; sites on the server may work all the same.",
            .in_table = in_table};
    }
    return {
        .status = status_of(server.state),
        .word = word_of(server.state),
        .detail = server.cause,
        .in_table = in_table};
}

ServerFigures figures_of(const Server& server, const view::ReaderTime& time) {
    const Freshness fresh(server, time);
    ServerFigures figures;
    const auto sample = sample_of(server);
    if (!sample) {
        figures.load = figures.memory = figures.disk = fresh.none();
        return figures;
    }
    figures.load = fresh(fmt::format("{:.2f}", sample->load_1));
    figures.memory = fresh(
        std::to_string(percent_of(sample->memory_used_bytes, sample->memory_total_bytes)), " %"
    );
    add_disk(figures, *sample, fresh);
    add_resources(figures.resources, *sample, fresh);
    for (std::size_t i = 0; i < std::min(sample->services.size(), kServicesMax); ++i) {
        const auto& service = sample->services[i];
        figures.services.push_back(
            {service.name.substr(0, kFactTextMax),
             service_chip(service.state.substr(0, 40), fresh.is_fresh())}
        );
    }
    return figures;
}

view::Facts facts_of(const Server& server) {
    const auto facts = server.facts.parse();
    const auto versions = facts.is_object() && facts.contains("php_versions")
                              ? php_versions_in(db::JsonText(facts["php_versions"]))
                              : std::vector<std::string>{};
    view::Facts shown{
        {.label = "Address", .value = {.text = server.address}, .is_code = true},
        {.label = "System", .value = known_or_na(text_at(facts, {"os", "name"}))},
        {.label = "Kernel", .value = known_or_na(text_at(facts, {"kernel"}))},
        {.label = "PHP", .value = known_or_na(join(versions, ", "))},
        {.label = "nginx", .value = known_or_na(text_at(facts, {"versions", "nginx"}))},
        {.label = "MariaDB", .value = known_or_na(text_at(facts, {"versions", "mariadb"}))},
        {.label = "Agent", .value = known_or_na(server.agent_version.substr(0, kFactTextMax))}};
    if (const auto key = parse_host_key(server.host_key)) {
        shown.push_back(
            {.label = "SSH host key", .value = {.text = key->fingerprint()}, .is_code = true}
        );
    }
    view::Fact seen{.label = "Last seen", .moment = server.last_seen_at};
    if (!server.last_seen_at) {
        seen.value = {.text = "Never"};
    }
    shown.push_back(std::move(seen));
    shown.push_back({.label = "Added", .moment = server.created_at});
    return shown;
}

}  // namespace hostelry::servers
