#include "core/agent/runtime/identity.h"

#include "core/agent/protocol/agent_ca.h"
#include "core/agent/protocol/protocol.h"
#include "core/agent/runtime/descriptor.h"
#include "core/base/bytes.h"

#include <nlohmann/json.hpp>

#include <charconv>

namespace hostelry::agent {

using nlohmann::json;

namespace {

constexpr std::size_t kIdentityBytesMax = 1_MiB;

std::string path_of(const Layout& layout) {
    return layout.state + "/identity.json";
}

}  // namespace

Result<PanelAddress> parse_panel_address(std::string_view text) {
    PanelAddress address{std::string(text), kPanelPort};
    const auto colon = text.rfind(':');
    const bool bare_v6 = text.find(':') != colon && !text.starts_with('[');
    if (colon != std::string_view::npos && !bare_v6 && !text.ends_with(']')) {
        const auto digits = text.substr(colon + 1);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
        if (error != std::errc{} || end != digits.data() + digits.size() || address.port == 0) {
            return fail(ErrorCode::Invalid, "The panel's address is HOST:PORT.");
        }
        address.host = text.substr(0, colon);
    }
    if (address.host.starts_with('[') && address.host.ends_with(']')) {
        address.host = address.host.substr(1, address.host.size() - 2);
    }
    if (address.host.empty() || address.host.size() > 253) {
        return fail(ErrorCode::Invalid, "The panel's address is HOST:PORT.");
    }
    return address;
}

Result<std::optional<Identity>> load_identity(const Layout& layout) {
    const auto text = TRY(read_file(path_of(layout), kIdentityBytesMax));
    if (!text) {
        return std::nullopt;
    }
    const json value = json::parse(*text, nullptr, false);
    if (!value.is_object()) {
        return fail(ErrorCode::Internal, "The agent's identity is damaged; enrol it again.");
    }
    Identity identity;
    identity.panel = {
        value.value("panel_host", ""), static_cast<std::uint16_t>(value.value("panel_port", 0))};
    identity.server_id = value.value("server_id", "");
    identity.key_pem = value.value("key_pem", "");
    identity.certificate_pem = value.value("certificate_pem", "");
    identity.ca_pem = value.value("ca_pem", "");
    return identity;
}

Result<void> save_identity(const Layout& layout, const Identity& identity) {
    TRY(ensure_directory(layout.state, 0700));
    const json value{
        {"panel_host", identity.panel.host},
        {"panel_port", identity.panel.port},
        {"server_id", identity.server_id},
        {"key_pem", identity.key_pem},
        {"certificate_pem", identity.certificate_pem},
        {"ca_pem", identity.ca_pem}};
    return write_file_atomically(path_of(layout), value.dump(2), 0600);
}

bool is_renewal_due(const Identity& identity, TimePoint now) {
    const auto facts = read_certificate(identity.certificate_pem);
    if (!facts) {
        return true;
    }
    const auto life = facts->not_after - facts->not_before;
    return now >= facts->not_after - life / 3;
}

}  // namespace hostelry::agent
