// Ports that the panel listens on, and the ACME directory that it calls. The clock is compared with
// that directory's, which is who judges our certificates' times.

#include "core/app/api_client.h"
#include "core/app/doctor.h"
#include "core/app/operator_key.h"
#include "core/app/serve_role.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/platform/crypto/token.h"
#include "core/platform/http/outbound.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <ctime>
#include <optional>
#include <system_error>

namespace hostelry::app {
namespace {

using std::chrono::seconds;

constexpr seconds kAskedMax{15};
constexpr seconds kSkewWarned{60};
constexpr seconds kSkewFailed{600};

struct ListenKey {
    const char* name;
    const char* key;
    const std::string& value;
};

/// 0, or the errno of binding; the socket is closed at once.
int try_to_bind(const HostPort& at) {
    sockaddr_storage address{};
    socklen_t length = 0;
    const std::string host = at.host == "localhost" ? "127.0.0.1" : at.host;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address);
    if (::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(at.port);
        length = sizeof(sockaddr_in);
    } else if (::inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(at.port);
        length = sizeof(sockaddr_in6);
    } else {
        return EINVAL;
    }
    const int file = ::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file < 0) {
        return errno;
    }
    const int one = 1;
    ::setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    const int result =
        ::bind(file, reinterpret_cast<const sockaddr*>(&address), length) == 0 ? 0 : errno;
    ::close(file);
    return result;
}

/// Whether a panel of this state folder answers with the key that lies there.
bool own_panel_answers(const config::Config& config) {
    const auto panel = read_panel_address(config.state_dir);
    if (!panel) {
        return false;
    }
    SystemRandom random;
    return call_api(
               *panel, http::Method::Get, "/api/v1/settings", nullptr, crypto::make_token(random)
    )
        .has_value();
}

Finding port_finding(const ListenKey& listen, bool panel_runs) {
    Finding finding{.name = listen.name};
    finding.code = ErrorCode::Conflict;
    if (listen.value.empty()) {
        finding.health = Health::Skipped;
        finding.message = std::string(listen.key) + " is empty: turned off.";
        return finding;
    }
    const auto at = parse_host_port(listen.value, listen.key);
    if (!at) {
        finding.health = Health::Failed;
        finding.code = ErrorCode::Invalid;
        finding.message = at.error().message;
        finding.mend = std::string("Correct ") + listen.key + ".";
        return finding;
    }
    const int problem = try_to_bind(*at);
    finding.message = listen.value + " is free.";
    if (problem == EADDRINUSE && panel_runs) {
        finding.message = listen.value + " is in use by the running panel.";
    } else if (problem != 0) {
        finding.health = Health::Failed;
        finding.message = listen.value + ": " + std::generic_category().message(problem) + ".";
        finding.mend = problem == EADDRINUSE
                           ? fmt::format(
                                 "Find who has it with `ss -ltnp sport = :{}` and end it, or "
                                 "change {}.",
                                 at->port,
                                 listen.key
                             )
                       : problem == EACCES
                           ? "Ports below 1024 are for root or CAP_NET_BIND_SERVICE."
                           : std::string("Name an address of this machine in ") + listen.key + ".";
    }
    return finding;
}

std::uint16_t port_in(const std::string& url) {
    const auto begin = url.find("//") + 2;
    const auto authority = url.substr(begin, url.find('/', begin) - begin);
    const auto colon = authority.rfind(':');
    std::uint16_t port = url.starts_with("http://") ? 80 : 443;
    if (colon != std::string::npos) {
        std::from_chars(authority.data() + colon + 1, authority.data() + authority.size(), port);
    }
    return port;
}

Result<http::OutboundResponse> ask_acme(const config::Config& config) {
    http::OutboundOptions options;
    options.ports = {port_in(config.acme.directory)};
    options.extra_ca_file = config.outbound.extra_ca;
    for (const auto& text : config.outbound.allow_private) {
        if (const auto range = http::AddressRange::parse(text)) {
            options.allow_private.push_back(*range);
        }
    }
    http::OutboundRequest request;
    request.url = config.acme.directory;
    request.timeout = kAskedMax;
    return http::OutboundClient(options).send(request);
}

Finding acme_finding(const config::Config& config, const Result<http::OutboundResponse>& answer) {
    Finding finding{.name = "ACME directory", .message = config.acme.directory + " answers."};
    if (!answer) {
        finding.health = Health::Failed;
        finding.code = answer.error().code;
        finding.message = config.acme.directory + ": " + answer.error().message;
        finding.mend = answer.error().code == ErrorCode::Forbidden
                           ? "It lies at an internal address: allow it in outbound.allow_private."
                       : answer.error().code == ErrorCode::ProviderRefused
                           ? "Name its authority in outbound.extra_ca."
                           : "Check acme.directory, DNS and the firewall's outgoing rules.";
        return finding;
    }
    const auto document = nlohmann::json::parse(answer->body, nullptr, false);
    if (answer->status != 200 || !document.is_object() || !document.contains("newNonce")) {
        finding.health = Health::Failed;
        finding.code = ErrorCode::ProviderRefused;
        finding.message = config.acme.directory + " is no ACME directory.";
        finding.mend = "Correct acme.directory.";
    }
    return finding;
}

/// "Sat, 21 Nov 2026 15:00:00 GMT" (RFC 9110, section 5.6.7).
std::optional<TimePoint> http_date(std::string_view text) {
    std::tm parts{};
    const std::string copy(text);
    if (::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) {
        return std::nullopt;
    }
    return TimePoint{seconds{::timegm(&parts)}};
}

Finding clock_finding(const Result<http::OutboundResponse>& answer) {
    Finding finding{.name = "clock"};
    const auto header = answer ? answer->header("date") : std::nullopt;
    const auto theirs = header ? http_date(*header) : std::nullopt;
    if (!theirs) {
        finding.health = Health::Skipped;
        finding.message = "There is nothing to compare it with.";
        return finding;
    }
    const auto skew = std::chrono::abs(SystemClock().now() - *theirs);
    finding.message = fmt::format(
        "{} s beside the ACME directory's.", std::chrono::duration_cast<seconds>(skew).count()
    );
    if (skew > kSkewWarned) {
        finding.health = skew > kSkewFailed ? Health::Failed : Health::Warning;
        finding.mend =
            "Certificates, sessions and one-time links go by the clock: timedatectl "
            "set-ntp true";
    }
    return finding;
}

}  // namespace

Findings examine_network(const config::Config& config) {
    const bool panel_runs = own_panel_answers(config);
    Findings findings;
    for (const auto& listen :
         {ListenKey{"port of the panel", "http.listen", config.http.listen},
          ListenKey{"port of agents", "agent.listen", config.agent.listen},
          ListenKey{"port of figures", "telemetry.listen", config.telemetry.listen},
          ListenKey{"port of previews", "preview.listen", config.preview.listen}}) {
        findings.push_back(port_finding(listen, panel_runs));
    }
    const auto answer = ask_acme(config);
    findings.push_back(acme_finding(config, answer));
    findings.push_back(clock_finding(answer));
    return findings;
}

}  // namespace hostelry::app
