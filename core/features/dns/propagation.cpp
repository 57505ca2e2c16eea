// Whether the world can see a name: every server responsible for it is asked, directly.

#include "core/features/dns/dns.h"
#include "core/features/dns/dns_store.h"
#include "core/features/dns/name_query.h"
#include "core/platform/http/address.h"

#include <algorithm>
#include <chrono>

namespace hostelry::dns {
namespace {

constexpr std::size_t kServersMax = 8;
// Somebody waits for the answer, and the domain's owner chose the servers.
constexpr std::size_t kTextServersMax = 4;
constexpr std::chrono::seconds kTextPatience{5};

/// "http://10.77.0.11:8081" -> "10.77.0.11"
std::string host_of_url(const std::string& url) {
    const auto scheme = url.find("://");
    const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
    if (begin < url.size() && url[begin] == '[') {
        const auto end = url.find(']', begin);
        return end == std::string::npos ? "" : url.substr(begin + 1, end - begin - 1);
    }
    return url.substr(begin, url.find_first_of(":/", begin) - begin);
}

std::vector<std::string> addresses_of_all(const std::vector<std::string>& hosts) {
    std::vector<std::string> addresses;
    for (const auto& host : hosts) {
        for (auto& address : addresses_of_host(host)) {
            addresses.push_back(std::move(address));
        }
    }
    return addresses;
}

/// Our own zone: where the backend says, else its name servers, else the machine of its API.
std::vector<NameServerAddress> servers_of_zone(const ServersForName& zone) {
    if (auto given = server_addresses_of(zone.query_addresses); !given.empty()) {
        return given;
    }
    auto found = addresses_of_all(zone.nameservers);
    if (found.empty()) {
        found = addresses_of_all({host_of_url(zone.base_url)});
    }
    return server_addresses_of(found);
}

/// Somebody else's zone. Its owner chooses these addresses, so they may not lead into our own
/// network.
std::vector<NameServerAddress> servers_of_stranger(
    const std::string& name, const std::vector<std::string>& allowed
) {
    std::vector<http::AddressRange> ranges;
    for (const auto& text : allowed) {
        if (const auto range = http::AddressRange::parse(text)) {
            ranges.push_back(*range);
        }
    }
    auto servers = server_addresses_of(addresses_of_all(public_name_servers(name)));
    std::erase_if(servers, [&](const NameServerAddress& server) {
        const auto address = http::IpAddress::parse(server.address);
        return !address || (address->is_internal() && !http::any_contains(ranges, *address));
    });
    return servers;
}

Result<std::vector<NameServerAddress>> responsible_servers(
    const Dns::Needs& needs, const std::string& name
) {
    const auto own = TRY(
        needs.database.in_system([&](db::Transaction& tx) -> Result<std::optional<ServersForName>> {
            return DnsStore(tx).servers_for_name(name);
        })
    );
    return own ? servers_of_zone(*own) : servers_of_stranger(name, needs.allow_private);
}

/// Empty when all is well.
std::string missing_at(
    const NameServerAddress& server, const std::string& name, const std::string& address
) {
    const bool is_v4 = address.find(':') == std::string::npos;
    const auto answer = ask_name_server(server, name, is_v4 ? "A" : "AAAA");
    if (!answer) {
        return answer.error().message;
    }
    const auto& seen = answer->addresses;
    if (std::find(seen.begin(), seen.end(), address) != seen.end()) {
        return {};
    }
    const std::string where = "The name server " + server.address;
    return seen.empty()
               ? where + " does not know " + name + " yet."
               : where + " answers " + seen.front() + " for " + name + ", not " + address + ".";
}

}  // namespace

bool Dns::holds_name(db::Transaction& tx, TenantId tenant, const std::string& name) {
    const auto zone = DnsStore(tx).zone_for_name(tenant, name);
    return zone && zone->state != "deleting";
}

Result<std::vector<std::string>> Dns::text_records(const std::string& name) {
    auto servers = TRY(responsible_servers(needs_, name));
    if (servers.empty()) {
        return fail(
            ErrorCode::Unavailable, "No name server is found that is responsible for " + name + "."
        );
    }
    if (servers.size() > kTextServersMax) {
        servers.resize(kTextServersMax);
    }
    const auto until = std::chrono::steady_clock::now() + kTextPatience;
    bool any_answers = false;
    Error last;
    for (const auto& server : servers) {
        if (std::chrono::steady_clock::now() > until) {
            break;
        }
        auto asked = ask_name_server_for_texts(server, name);
        if (asked && !asked->empty()) {
            return asked;
        }
        if (asked) {
            any_answers = true;
        } else {
            last = asked.error();
        }
    }
    if (!any_answers) {
        return tl::unexpected(std::move(last));
    }
    return std::vector<std::string>{};
}

Result<Propagation> Dns::check_propagation(
    const std::vector<std::string>& names, const std::string& address, std::string& note
) {
    note.clear();
    for (const auto& name : names) {
        auto servers = TRY(responsible_servers(needs_, name));
        if (servers.size() > kServersMax) {
            servers.resize(kServersMax);
        }
        if (servers.empty()) {
            note = "No name server is found that is responsible for " + name + ".";
            return Propagation::Waiting;
        }
        for (const auto& server : servers) {
            note = missing_at(server, name, address);
            if (!note.empty()) {
                return Propagation::Waiting;
            }
        }
    }
    return Propagation::Done;
}

}  // namespace hostelry::dns
