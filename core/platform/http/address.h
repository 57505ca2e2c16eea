#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::http {

/// An IPv4 or IPv6 address; IPv4 is kept as ::ffff:a.b.c.d, so that both spellings are one.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};

    static std::optional<IpAddress> parse(std::string_view text);
    static std::optional<IpAddress> from(const sockaddr* address);
    bool is_v4() const;
    std::string to_string() const;
    /// Anything but a globally routed unicast address: loopback, private, link-local, multicast,
    /// documentation, carrier NAT, and IPv6 forms that hide an IPv4 address.
    bool is_internal() const;
    /// What one subscriber has: an IPv4 address itself, of IPv6 the /64 around it. Limits count by
    /// it, because every address of a /64 costs nothing.
    IpAddress subscriber() const;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 reads <=> as a comparison with 0
    friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

/// "10.0.0.0/8", "::1", "192.0.2.7".
struct AddressRange {
    IpAddress base;
    unsigned bits = 128;

    static std::optional<AddressRange> parse(std::string_view text);
    bool contains(const IpAddress& address) const;
};

/// For connect() and bind(); answers the part of `storage` that is used.
socklen_t fill_socket_address(
    const IpAddress& address, std::uint16_t port, sockaddr_storage& storage
);

/// The subscriber of an address that is kept as text; what is no address stays as it is.
std::string subscriber_of(const std::string& address);

bool any_contains(const std::vector<AddressRange>& ranges, const IpAddress& address);

}  // namespace hostelry::http
