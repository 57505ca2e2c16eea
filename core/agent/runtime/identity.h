#pragma once
// Who this agent is and whose: one file, replaced as a whole, readable by root alone.

#include "core/agent/runtime/layout.h"
#include "core/base/clock.h"
#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hostelry::agent {

struct PanelAddress {
    std::string host;
    std::uint16_t port = 0;
};

struct Identity {
    PanelAddress panel;
    std::string server_id;
    std::string key_pem;
    std::string certificate_pem;
    std::string ca_pem;
};

/// "HOST:PORT", "[v6]:PORT"; the port may be left out.
Result<PanelAddress> parse_panel_address(std::string_view text);

/// Nothing when this server was never enrolled.
Result<std::optional<Identity>> load_identity(const Layout& layout);
Result<void> save_identity(const Layout& layout, const Identity& identity);

/// True when less than a third of the certificate's life is left.
bool is_renewal_due(const Identity& identity, TimePoint now);

}  // namespace hostelry::agent
