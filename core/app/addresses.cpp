#include "core/app/addresses.h"

#include "core/platform/http/address.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <optional>

namespace hostelry::app {
namespace {

constexpr std::uint16_t kAnyPort = 9;  // Discard (RFC 863); nothing is sent.

/// The source address that the routing table chooses for `target`; connecting a datagram socket
/// sends nothing.
std::optional<std::string> source_towards(std::string_view target) {
    const auto address = http::IpAddress::parse(target);
    sockaddr_storage there{};
    const socklen_t length = http::fill_socket_address(*address, kAnyPort, there);
    const int file = ::socket(there.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (file < 0) {
        return std::nullopt;
    }
    sockaddr_storage here{};
    socklen_t here_length = sizeof here;
    const bool is_known =
        ::connect(file, reinterpret_cast<const sockaddr*>(&there), length) == 0 &&
        ::getsockname(file, reinterpret_cast<sockaddr*>(&here), &here_length) == 0;
    ::close(file);
    const auto source =
        is_known ? http::IpAddress::from(reinterpret_cast<const sockaddr*>(&here)) : std::nullopt;
    return source ? std::optional{source->to_string()} : std::nullopt;
}

}  // namespace

Result<HostPort> parse_host_port(const std::string& text, const std::string& key) {
    const auto colon = text.rfind(':');
    HostPort result;
    if (colon != std::string::npos) {
        result.host = text.substr(0, colon);
        const auto [end, error] =
            std::from_chars(text.data() + colon + 1, text.data() + text.size(), result.port);
        if (result.host.starts_with('[') && result.host.ends_with(']')) {
            result.host = result.host.substr(1, result.host.size() - 2);
        }
        if (error == std::errc{} && end == text.data() + text.size() && !result.host.empty()) {
            return result;
        }
    }
    return fail(
        ErrorCode::Invalid,
        key + " must be an address and a port such as 127.0.0.1:8080, not \"" + text + "\"."
    );
}

bool is_loopback(const std::string& host) {
    return host.starts_with("127.") || host == "::1" || host == "localhost";
}

bool is_wildcard(const std::string& host) {
    return host == "0.0.0.0" || host == "::";
}

std::string host_for_others(const std::string& host) {
    if (!is_wildcard(host)) {
        return host;
    }
    // Documentation addresses (RFC 5737, RFC 3849): routed like any other, and nobody's.
    const auto v4 = source_towards("192.0.2.1");
    const auto v6 = host == "::" && !v4 ? source_towards("2001:db8::1") : std::nullopt;
    return v4.value_or(v6.value_or(kLoopback));
}

std::string url_of(const std::string& scheme, const std::string& host, std::uint16_t port) {
    const bool v6 = host.find(':') != std::string::npos;
    return fmt::format("{}://{}:{}", scheme, v6 ? "[" + host + "]" : host, port);
}

std::string host_of(const std::string& url) {
    const auto slashes = url.find("//");
    if (slashes == std::string::npos) {
        return {};
    }
    const auto begin = slashes + 2;
    return url.substr(begin, url.find_first_of(":/", begin) - begin);
}

}  // namespace hostelry::app
