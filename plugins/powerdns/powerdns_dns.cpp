#include "powerdns_dns.h"

#include "record_text.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

namespace powerdns {

namespace {

using hostelry::plugin::Call;
using hostelry::plugin::invalid;
using hostelry::plugin::Problem;
using nlohmann::json;

std::vector<std::string> read_names(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> names;
    for (std::string name; stream >> name;) {
        names.push_back(relative_free(name));
    }
    return names;
}

/// FNV-1a: tells one state of a zone from another. Nobody is kept out by it.
std::string digest(const std::string& text) {
    std::uint64_t hash = 14'695'981'039'346'656'037U;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
    }
    char hex[17];
    static_cast<void>(
        std::snprintf(hex, sizeof(hex), "%016llx", static_cast<unsigned long long>(hash))
    );
    return hex;
}

/// All that PowerDNS holds, also disabled records, in an order that does not depend on its
/// database.
std::string etag_of(const json& zone) {
    std::set<std::string> lines;
    for (const auto& rrset : zone.value("rrsets", json::array())) {
        for (const auto& record : rrset.value("records", json::array())) {
            lines.insert(
                rrset.value("name", "") + " " + rrset.value("type", "") + " " +
                std::to_string(rrset.value("ttl", 0)) + " " + record.value("content", "") +
                (record.value("disabled", false) ? " off" : "")
            );
        }
    }
    std::string all;
    for (const auto& line : lines) {
        all += line + "\n";
    }
    return std::to_string(zone.value("serial", std::uint64_t{0})) + "-" + digest(all);
}

bool is_writable(const json& zone) {
    const auto kind = zone.value("kind", "");
    return kind != "Slave" && kind != "Secondary" && kind != "Consumer";
}

json zone_facts(const json& zone) {
    return {
        {"name", relative_free(zone.at("name").get<std::string>())},
        {"id", zone.at("id")},
        {"serial", zone.value("serial", std::uint64_t{0})},
        {"dnssec", zone.value("dnssec", false)},
        {"writable", is_writable(zone)}};
}

json read_rrset(const json& rrset) {
    const auto type = rrset.at("type").get<std::string>();
    json values = json::array();
    for (const auto& record : rrset.at("records")) {
        if (!record.value("disabled", false)) {
            values.push_back(to_value(type, record.at("content").get<std::string>()));
        }
    }
    return {
        {"name", relative_free(rrset.at("name").get<std::string>())},
        {"type", type},
        {"ttl", rrset.value("ttl", 0)},
        {"values", std::move(values)}};
}

json read_rrsets(const json& zone) {
    json rrsets = json::array();
    for (const auto& rrset : zone.value("rrsets", json::array())) {
        auto read = read_rrset(rrset);
        if (read.at("type") != "SOA" && !read.at("values").empty()) {
            rrsets.push_back(std::move(read));
        }
    }
    return rrsets;
}

json nameservers_of(const json& zone) {
    const auto apex = relative_free(zone.at("name").get<std::string>());
    for (const auto& rrset : read_rrsets(zone)) {
        if (rrset.at("type") == "NS" && rrset.at("name") == apex) {
            return rrset.at("values");
        }
    }
    return json::array();
}

/// One change of dns/1 as PowerDNS wants it. REPLACE and DELETE say what shall be, so a repeat does
/// no harm.
json write_change(const json& change) {
    const auto type = change.at("type").get<std::string>();
    json rrset{
        {"name", absolute(change.at("name").get<std::string>())},
        {"type", type},
        {"changetype", "DELETE"},
        {"records", json::array()}};
    if (change.at("op") == "delete") {
        return rrset;
    }
    rrset["changetype"] = "REPLACE";
    rrset["ttl"] = change.at("ttl");
    for (const auto& value : change.at("values")) {
        rrset["records"].push_back(
            {{"content", to_content(type, value.get<std::string>())}, {"disabled", false}}
        );
    }
    return rrset;
}

json write_changes(const json& changes) {
    json rrsets = json::array();
    std::set<std::pair<std::string, std::string>> seen;
    for (const auto& change : changes) {
        const std::pair key{
            change.at("name").get<std::string>(), change.at("type").get<std::string>()};
        if (!seen.insert(key).second) {
            throw invalid(
                "changes", key.first + " " + key.second + " is named by more than one change."
            );
        }
        rrsets.push_back(write_change(change));
    }
    return {{"rrsets", std::move(rrsets)}};
}

/// Mark in the zone's "account" by which a repeated create finds what the first one made.
std::string creation_mark(const Call& call) {
    const std::string key(call.idempotency_key());
    return key.empty() ? "hostelry" : "hostelry:" + digest(key);
}

bool is_active_key(const json& key) {
    return key.value("active", false);
}

json ds_of(const json& keys) {
    json ds = json::array();
    for (const auto& key : keys) {
        if (is_active_key(key)) {
            for (const auto& record : key.value("ds", json::array())) {
                ds.push_back(record);
            }
        }
    }
    return ds;
}

}  // namespace

void PowerdnsDns::configure(const Call&, const json& settings) {
    Settings read;
    read.base_url = settings.at("base_url");
    read.server_id = settings.value("server_id", "localhost");
    read.kind = settings.value("kind", "Native");
    read.nameservers = read_names(settings.at("nameservers").get<std::string>());
    if (read.nameservers.empty()) {
        throw invalid("nameservers", "Name at least one name server.");
    }
    settings_ = read;
    client_ = PowerdnsClient(host_, settings_);
}

json PowerdnsDns::selftest(const Call& call, const json&) const {
    const auto server = client_.get(call, "");
    return {
        {"message",
         "PowerDNS " + server.value("version", "of unknown version") + " answers as \"" +
             settings_.server_id + "\"."}};
}

std::string PowerdnsDns::path_of(const Call& call, const std::string& zone) const {
    const auto wanted = absolute(relative_free(zone));
    const auto found = client_.get(call, "/zones?zone=" + wanted);
    if (!found.is_array() || found.empty()) {
        throw Problem(HOSTELRY_NOT_FOUND, "PowerDNS has no zone " + relative_free(zone) + ".");
    }
    return "/zones/" + found.at(0).at("id").get<std::string>();
}

json PowerdnsDns::read_zone(const Call& call, const std::string& path) const {
    return client_.get(call, path);
}

json PowerdnsDns::zone_list(const Call& call, const json&) const {
    json zones = json::array();
    for (const auto& zone : client_.get(call, "/zones")) {
        zones.push_back(zone_facts(zone));
    }
    return {{"zones", std::move(zones)}};
}

json PowerdnsDns::zone_get(const Call& call, const json& request) const {
    const auto zone = read_zone(call, path_of(call, request.at("zone")));
    return {
        {"zone", zone_facts(zone)},
        {"rrsets", read_rrsets(zone)},
        {"etag", etag_of(zone)},
        {"nameservers", nameservers_of(zone)}};
}

json PowerdnsDns::zone_create(const Call& call, const json& request) const {
    const auto name = request.at("zone").get<std::string>();
    const auto mark = creation_mark(call);
    json nameservers = json::array();
    for (const auto& server : request.value("nameservers", settings_.nameservers)) {
        nameservers.push_back(absolute(server));
    }
    json zone;
    try {
        zone = client_.post(
            call,
            "/zones",
            {{"name", absolute(name)},
             {"kind", settings_.kind},
             {"nameservers", nameservers},
             {"account", mark},
             {"api_rectify", true}}
        );
    } catch (const Problem& problem) {
        if (problem.status() != HOSTELRY_CONFLICT) {
            throw;
        }
        zone = read_zone(call, path_of(call, name));
        const bool is_ours = !call.idempotency_key().empty() && zone.value("account", "") == mark;
        if (!is_ours) {
            throw Problem(HOSTELRY_CONFLICT, "PowerDNS has a zone " + name + " already.")
                .field("zone");
        }
    }
    return {
        {"zone", zone_facts(zone)}, {"etag", etag_of(zone)}, {"nameservers", nameservers_of(zone)}};
}

json PowerdnsDns::zone_delete(const Call& call, const json& request) const {
    try {
        client_.remove(call, path_of(call, request.at("zone")));
    } catch (const Problem& problem) {
        if (problem.status() == HOSTELRY_NOT_FOUND) {
            return {{"existed", false}};
        }
        throw;
    }
    return {{"existed", true}};
}

json PowerdnsDns::zone_apply(const Call& call, const json& request) const {
    const auto changes = write_changes(request.at("changes"));
    const auto path = path_of(call, request.at("zone"));
    // PowerDNS cannot be asked to compare: between this look and the change another one may slip
    // in. The panel sends changes of one zone one after the other; only a change by hand in that
    // moment would go unseen.
    if (request.contains("expected_etag") &&
        etag_of(read_zone(call, path)) != request.at("expected_etag")) {
        throw Problem(HOSTELRY_CONFLICT, "The zone was changed since it was read. Load it again.")
            .field("expected_etag");
    }
    client_.patch(call, path, changes);
    return {{"etag", etag_of(read_zone(call, path))}, {"changed", request.at("changes").size()}};
}

json PowerdnsDns::zone_dnssec(const Call& call, const json& request) const {
    const auto path = path_of(call, request.at("zone"));
    const auto keys_path = path + "/cryptokeys";
    auto keys = client_.get(call, keys_path);
    const bool is_signed = std::any_of(keys.begin(), keys.end(), is_active_key);
    if (request.at("enabled") == true) {
        if (!is_signed) {
            client_.post(call, keys_path, {{"keytype", "csk"}, {"active", true}});
            keys = client_.get(call, keys_path);
        }
        client_.put(call, path + "/rectify", nullptr);
        return {{"enabled", true}, {"ds", ds_of(keys)}};
    }
    for (const auto& key : keys) {
        client_.remove(call, keys_path + "/" + std::to_string(key.at("id").get<std::int64_t>()));
    }
    return {{"enabled", false}, {"ds", json::array()}};
}

}  // namespace powerdns
