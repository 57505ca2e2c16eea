#include "core/platform/http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace hostelry::http {
namespace {

constexpr std::array<std::uint8_t, 12> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

constexpr std::ptrdiff_t kSubscriberBytes = 8;  // RFC 6177: nobody gets less than a /64

IpAddress from_v4(const void* four_bytes) {
    IpAddress address;
    std::copy(kV4Prefix.begin(), kV4Prefix.end(), address.bytes.begin());
    std::memcpy(address.bytes.data() + kV4Prefix.size(), four_bytes, 4);
    return address;
}

/// IANA special-purpose registries (RFC 6890 and its updates), plus ranges that embed IPv4.
const std::vector<AddressRange>& internal_ranges() {
    static const auto kRanges = [] {
        std::vector<AddressRange> ranges;
        for (const auto* text :
             {"0.0.0.0/8",      "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",
              "169.254.0.0/16", "172.16.0.0/12",  "192.0.0.0/24",  "192.0.2.0/24",
              "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
              "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",   "::/96",
              "64:ff9b::/96",   "64:ff9b:1::/48", "100::/64",      "2001::/23",
              "2001:db8::/32",  "2002::/16",      "3fff::/20",     "5f00::/16",
              "fc00::/7",       "fe80::/10",      "fec0::/10",     "ff00::/8"}) {
            ranges.push_back(AddressRange::parse(text).value());
        }
        return ranges;
    }();
    return kRanges;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        text = text.substr(1, text.size() - 2);
    }
    const std::string copy(text);
    in_addr v4{};
    if (::inet_pton(AF_INET, copy.c_str(), &v4) == 1) {
        return from_v4(&v4);
    }
    IpAddress address;
    if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) {
        return address;
    }
    return std::nullopt;
}

std::optional<IpAddress> IpAddress::from(const sockaddr* address) {
    if (address->sa_family == AF_INET) {
        return from_v4(&reinterpret_cast<const sockaddr_in*>(address)->sin_addr);
    }
    if (address->sa_family != AF_INET6) {
        return std::nullopt;
    }
    IpAddress result;
    std::memcpy(
        result.bytes.data(), &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, 16
    );
    return result;
}

bool IpAddress::is_v4() const {
    return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes.begin());
}

std::string IpAddress::to_string() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const auto* source = is_v4() ? bytes.data() + kV4Prefix.size() : bytes.data();
    const int family = is_v4() ? AF_INET : AF_INET6;
    return ::inet_ntop(family, source, text.data(), text.size()) == nullptr ? "" : text.data();
}

bool IpAddress::is_internal() const {
    return any_contains(internal_ranges(), *this);
}

IpAddress IpAddress::subscriber() const {
    auto network = *this;
    if (!is_v4()) {
        std::fill(network.bytes.begin() + kSubscriberBytes, network.bytes.end(), std::uint8_t{0});
    }
    return network;
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto base = IpAddress::parse(text.substr(0, slash));
    if (!base) {
        return std::nullopt;
    }
    AddressRange range{*base, 128};
    if (slash == std::string_view::npos) {
        return range;
    }
    const auto digits = text.substr(slash + 1);
    unsigned bits = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc{} || end != digits.data() + digits.size() ||
        bits > (base->is_v4() ? 32U : 128U)) {
        return std::nullopt;
    }
    range.bits = base->is_v4() ? bits + 96 : bits;
    return range;
}

bool AddressRange::contains(const IpAddress& address) const {
    const auto whole = bits / 8;
    if (!std::equal(base.bytes.begin(), base.bytes.begin() + whole, address.bytes.begin())) {
        return false;
    }
    const auto rest = bits % 8;
    if (rest == 0) {
        return true;
    }
    const auto mask = static_cast<std::uint8_t>(0xff00U >> rest);
    return (base.bytes[whole] & mask) == (address.bytes[whole] & mask);
}

std::string subscriber_of(const std::string& address) {
    const auto parsed = IpAddress::parse(address);
    return parsed ? parsed->subscriber().to_string() : address;
}

bool any_contains(const std::vector<AddressRange>& ranges, const IpAddress& address) {
    return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
        return range.contains(address);
    });
}

socklen_t fill_socket_address(
    const IpAddress& address, std::uint16_t port, sockaddr_storage& storage
) {
    if (address.is_v4()) {
        auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        std::memcpy(&v4.sin_addr, address.bytes.data() + 12, 4);
        return sizeof v4;
    }
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, address.bytes.data(), 16);
    return sizeof v6;
}

}  // namespace hostelry::http
