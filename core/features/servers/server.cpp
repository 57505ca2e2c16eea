#include "core/features/servers/server.h"

#include "core/base/text.h"
#include "core/features/servers/host_key.h"
#include "core/platform/http/address.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace hostelry::servers {

namespace {

constexpr std::array<std::pair<ServerState, std::string_view>, 5> kServerStates{{
    {ServerState::Queued, "queued"},
    {ServerState::Provisioning, "provisioning"},
    {ServerState::Ready, "ready"},
    {ServerState::Failed, "failed"},
    {ServerState::Removing, "removing"},
}};
constexpr std::size_t kServerNameMax = 63;

bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), [](char c) {
               return is_lower_or_digit(c) || c == '-';
           });
}

bool is_php_version(std::string_view text) {
    return text.size() == 3 && text[0] >= '5' && text[0] <= '9' && text[1] == '.' &&
           text[2] >= '0' && text[2] <= '9';
}

void check_ssh_target(AddServer& request, std::vector<FieldError>& errors) {
    request.address = lower_ascii(trim(request.address));
    if (!is_server_address(request.address)) {
        errors.push_back(
            {"address",
             "Give an IP address or a host name, for example 192.0.2.10 or web1.example.net."}
        );
    }
    if (!trim(request.host_key).empty()) {
        const auto key = parse_host_key(request.host_key);
        if (key) {
            request.host_key = key->line();
        } else {
            errors.push_back({"host_key", key.error().message});
        }
    }
}

void check_local_target(AddServer& request, std::vector<FieldError>& errors) {
    request.address = lower_ascii(trim(request.address));
    request.host_key.clear();
    if (!is_address_literal(request.address)) {
        errors.push_back({"address", "Give the IP address under which this machine is reached."});
    }
}

}  // namespace

std::string_view state_name(ServerState state) {
    return kServerStates[static_cast<std::size_t>(state)].second;
}

std::optional<ServerState> server_state_from_name(std::string_view name) {
    for (const auto& [state, known] : kServerStates) {
        if (known == name) {
            return state;
        }
    }
    return std::nullopt;
}

std::string_view kind_name(ServerKind kind) {
    return kind == ServerKind::Local ? "local" : "ssh";
}

std::string ssh_address(const Server& server) {
    return server.kind == ServerKind::Local ? "127.0.0.1" : server.address;
}

std::vector<std::string> php_versions_in(const db::JsonText& versions) {
    std::vector<std::string> found;
    const auto list = versions.parse();
    if (!list.is_array()) {
        return found;
    }
    for (const auto& entry : list) {
        if (entry.is_string() && is_php_version(entry.get_ref<const std::string&>()) &&
            found.size() < 20) {
            found.push_back(entry.get<std::string>());
        }
    }
    return found;
}

bool is_address_literal(std::string_view text) {
    // Brackets belong to URLs.
    return text.find('[') == std::string_view::npos && http::IpAddress::parse(text).has_value();
}

bool is_server_address(std::string_view text) {
    if (text.empty() || text.size() > 253) {
        return false;
    }
    if (is_address_literal(text)) {
        return true;
    }
    const auto labels = split(text, '.');
    // Without a letter at the end it is a misspelt address, not a name (RFC 1123, 2.1).
    const bool numeric = std::all_of(labels.back().begin(), labels.back().end(), [](char c) {
        return c >= '0' && c <= '9';
    });
    return !numeric && std::all_of(labels.begin(), labels.end(), is_label);
}

std::vector<FieldError> check_server(AddServer& request) {
    std::vector<FieldError> errors;
    request.name = std::string(trim(request.name));
    if (!is_label(request.name) || request.name.size() > kServerNameMax) {
        errors.push_back({"name", "Use lower-case letters, digits and hyphens, for example web-1."}
        );
    }
    if (request.kind == "local") {
        check_local_target(request, errors);
    } else {
        check_ssh_target(request, errors);
    }
    return errors;
}

}  // namespace hostelry::servers

template <>
const hostelry::Description& hostelry::describe<hostelry::servers::AddServer>() {
    using hostelry::servers::AddServer;
    static const Description kDescription{
        "AddServer",
        {
            field<&AddServer::name>(
                "name",
                {.label = "Name",
                 .help = "Shown in lists. Lower-case letters, digits and hyphens.",
                 .required = true,
                 .min = 1,
                 .max = 63,
                 .placeholder = "web-1"}
            ),
            field<&AddServer::kind>(
                "kind",
                {.label = "Which machine",
                 .kind = Kind::Choice,
                 .choices = {{"ssh", "Another machine, reached by SSH"}, {"local", "This machine"}}}
            ),
            field<&AddServer::address>(
                "address",
                {.label = "Address",
                 .help = "IP address or host name.",
                 .required = true,
                 .min = 1,
                 .max = 253,
                 .placeholder = "192.0.2.10"}
            ),
            field<&AddServer::port>(
                "port", {.label = "SSH port", .required = false, .min = 1, .max = 65535}
            ),
            field<&AddServer::host_key>(
                "host_key",
                {.label = "SSH host key",
                 .help = "One line of /etc/ssh/ssh_host_ed25519_key.pub. Empty: the panel asks the "
                         "server and shows you the fingerprint.",
                 .max = 2000}
            ),
        }};
    return kDescription;
}
