#include "core/base/interfaces.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <cstring>
#include <memory>
#include <optional>

namespace hostelry {
namespace {

/// An IPv4 address as ::ffff:a.b.c.d, so that there is one form to compare.
std::optional<in6_addr> parse(const std::string& literal) {
    in6_addr address{};
    if (inet_pton(AF_INET6, literal.c_str(), &address) == 1 ||
        inet_pton(AF_INET6, ("::ffff:" + literal).c_str(), &address) == 1) {
        return address;
    }
    return std::nullopt;
}

std::optional<in6_addr> address_of(const sockaddr* socket) {
    if (socket == nullptr) {
        return std::nullopt;
    }
    if (socket->sa_family == AF_INET6) {
        return reinterpret_cast<const sockaddr_in6*>(socket)->sin6_addr;
    }
    if (socket->sa_family != AF_INET) {
        return std::nullopt;
    }
    in6_addr address{};
    address.s6_addr[10] = address.s6_addr[11] = 0xFF;
    std::memcpy(&address.s6_addr[12], &reinterpret_cast<const sockaddr_in*>(socket)->sin_addr, 4);
    return address;
}

}  // namespace

bool has_address(const std::string& literal) {
    const auto wanted = parse(literal);
    ifaddrs* list = nullptr;
    if (!wanted || getifaddrs(&list) != 0) {
        return false;
    }
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owned{list, freeifaddrs};
    for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
        const auto address = address_of(one->ifa_addr);
        if (address && IN6_ARE_ADDR_EQUAL(&*address, &*wanted)) {
            return true;
        }
    }
    return false;
}

bool is_loopback_address(const std::string& literal) {
    const auto address = parse(literal);
    return address && (IN6_IS_ADDR_LOOPBACK(&*address) ||
                       (IN6_IS_ADDR_V4MAPPED(&*address) && address->s6_addr[12] == 127));
}

}  // namespace hostelry
