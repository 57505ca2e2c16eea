#include "core/features/dns/name_query.h"

#include "core/base/text.h"
#include "core/platform/http/address.h"

#include <ldns/ldns.h>
#include <netdb.h>

#include <algorithm>
#include <charconv>
#include <memory>

// Macros of ldns, which takes the words from C.
#undef bool
#undef false
#undef true

namespace hostelry::dns {
namespace {

constexpr int kAnswerSeconds = 2;

struct FreeResolver {
    void operator()(ldns_resolver* resolver) const { ldns_resolver_deep_free(resolver); }
};
struct FreePacket {
    void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
};
struct FreeRdf {
    void operator()(ldns_rdf* rdf) const { ldns_rdf_deep_free(rdf); }
};
struct FreeRecords {
    void operator()(ldns_rr_list* records) const { ldns_rr_list_deep_free(records); }
};
using Resolver = std::unique_ptr<ldns_resolver, FreeResolver>;
using Packet = std::unique_ptr<ldns_pkt, FreePacket>;
using Rdf = std::unique_ptr<ldns_rdf, FreeRdf>;
using Records = std::unique_ptr<ldns_rr_list, FreeRecords>;

std::string text_of(const ldns_rdf* rdf) {
    char* text = ldns_rdf2str(rdf);
    std::string copy = text == nullptr ? "" : text;
    free(text);  // NOLINT: ldns allocates with malloc.
    if (copy.ends_with('.')) {
        copy.pop_back();
    }
    return lower_ascii(copy);
}

void set_limits(ldns_resolver* resolver) {
    timeval limit{};
    limit.tv_sec = kAnswerSeconds;
    ldns_resolver_set_timeout(resolver, limit);
    ldns_resolver_set_retry(resolver, 2);
    ldns_resolver_set_fail(resolver, true);
}

Packet ask(
    ldns_resolver* resolver, const std::string& name, ldns_rr_type type, std::uint16_t flags
) {
    const Rdf owner(ldns_dname_new_frm_str(name.c_str()));
    ldns_pkt* packet = nullptr;
    if (!owner ||
        ldns_resolver_send(&packet, resolver, owner.get(), type, LDNS_RR_CLASS_IN, flags) !=
            LDNS_STATUS_OK) {
        return nullptr;
    }
    return Packet(packet);
}

/// First data field of each record of the type in the answer.
std::vector<std::string> data_of(const ldns_pkt* packet, ldns_rr_type type) {
    std::vector<std::string> found;
    const Records records(ldns_pkt_rr_list_by_type(packet, type, LDNS_SECTION_ANSWER));
    for (std::size_t place = 0; records && place < ldns_rr_list_rr_count(records.get()); ++place) {
        const auto* data = ldns_rr_rdf(ldns_rr_list_rr(records.get(), place), 0);
        if (data != nullptr) {
            found.push_back(text_of(data));
        }
    }
    return found;
}

/// The strings of one TXT record, joined.
std::string joined_strings(const ldns_rr* record) {
    std::string text;
    for (std::size_t place = 0; place < ldns_rr_rd_count(record); ++place) {
        const auto* data = ldns_rr_rdf(record, place);
        const auto* bytes = ldns_rdf_data(data);
        const std::size_t size = ldns_rdf_size(data);  // The first byte holds the length.
        if (size > 1) {
            text.append(reinterpret_cast<const char*>(bytes) + 1, size - 1);
        }
    }
    return text;
}

/// One question to one server, without recursion.
Result<Packet> ask_one(
    const NameServerAddress& server, const std::string& name, ldns_rr_type wanted
) {
    const Resolver resolver(ldns_resolver_new());
    const bool is_v4 = server.address.find(':') == std::string::npos;
    const Rdf address(
        ldns_rdf_new_frm_str(is_v4 ? LDNS_RDF_TYPE_A : LDNS_RDF_TYPE_AAAA, server.address.c_str())
    );
    if (!resolver || !address ||
        ldns_resolver_push_nameserver(resolver.get(), address.get()) != LDNS_STATUS_OK) {
        return fail(
            ErrorCode::Internal, "The name server's address cannot be used.", server.address
        );
    }
    ldns_resolver_set_port(resolver.get(), server.port);
    ldns_resolver_set_recursive(resolver.get(), false);
    set_limits(resolver.get());
    auto packet = ask(resolver.get(), name, wanted, 0);
    if (!packet) {
        return fail(
            ErrorCode::Unavailable, "The name server " + server.address + " does not answer."
        );
    }
    return packet;
}

}  // namespace

std::vector<NameServerAddress> server_addresses_of(const std::vector<std::string>& texts) {
    std::vector<NameServerAddress> servers;
    for (const auto& text : texts) {
        if (http::IpAddress::parse(text)) {
            servers.push_back({text, 53});
            continue;
        }
        const auto colon = text.rfind(':');
        if (colon == std::string::npos) {
            continue;
        }
        std::string host = text.substr(0, colon);
        if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
            host = host.substr(1, host.size() - 2);
        }
        std::uint16_t port = 0;
        const char* end = text.data() + text.size();
        const auto read = std::from_chars(text.data() + colon + 1, end, port);
        if (http::IpAddress::parse(host) && read.ec == std::errc{} && read.ptr == end && port > 0) {
            servers.push_back({host, port});
        }
    }
    return servers;
}

Result<NameAnswer> ask_name_server(
    const NameServerAddress& server, const std::string& name, const std::string& type
) {
    const auto wanted = type == "AAAA" ? LDNS_RR_TYPE_AAAA : LDNS_RR_TYPE_A;
    const auto packet = TRY(ask_one(server, name, wanted));
    return NameAnswer{
        .is_authoritative = ldns_pkt_aa(packet.get()),
        .addresses = data_of(packet.get(), wanted),
    };
}

Result<std::vector<std::string>> ask_name_server_for_texts(
    const NameServerAddress& server, const std::string& name
) {
    const auto packet = TRY(ask_one(server, name, LDNS_RR_TYPE_TXT));
    std::vector<std::string> texts;
    const Records records(
        ldns_pkt_rr_list_by_type(packet.get(), LDNS_RR_TYPE_TXT, LDNS_SECTION_ANSWER)
    );
    for (std::size_t place = 0; records && place < ldns_rr_list_rr_count(records.get()); ++place) {
        texts.push_back(joined_strings(ldns_rr_list_rr(records.get(), place)));
    }
    return texts;
}

std::vector<std::string> public_name_servers(const std::string& name) {
    ldns_resolver* made = nullptr;
    if (ldns_resolver_new_frm_file(&made, nullptr) != LDNS_STATUS_OK) {
        return {};
    }
    const Resolver resolver(made);
    set_limits(resolver.get());
    std::string zone = name;
    while (zone.find('.') != std::string::npos) {
        const auto packet = ask(resolver.get(), zone, LDNS_RR_TYPE_NS, LDNS_RD);
        if (packet) {
            if (auto servers = data_of(packet.get(), LDNS_RR_TYPE_NS); !servers.empty()) {
                return servers;
            }
        }
        zone = zone.substr(zone.find('.') + 1);
    }
    return {};
}

std::vector<std::string> addresses_of_host(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) {
        return {};
    }
    std::vector<std::string> addresses;
    for (const auto* entry = found; entry != nullptr; entry = entry->ai_next) {
        char text[NI_MAXHOST] = {};
        if (getnameinfo(
                entry->ai_addr, entry->ai_addrlen, text, sizeof(text), nullptr, 0, NI_NUMERICHOST
            ) == 0) {
            addresses.emplace_back(text);
        }
    }
    freeaddrinfo(found);
    return addresses;
}

}  // namespace hostelry::dns
