#pragma once
// What a server's agent said, made ready for people: figures that are missing or old say so.

#include "core/features/servers/server.h"
#include "core/features/servers/server_views.h"
#include "core/platform/web/reader_time.h"

namespace hostelry::servers {

view::Chip chip_of(const Server& server, bool in_table);

/// Figures of the last heartbeat; each is N/A with the reason and the last value when the agent is
/// not connected.
struct ServerFigures {
    view::Value load;
    view::Value memory;
    view::Value disk;  ///< Of "/".
    view::Facts resources;
    std::vector<ServiceRow> services;
};
ServerFigures figures_of(const Server& server, const view::ReaderTime& time);

/// What the server is: system, kernel, PHP versions ...
view::Facts facts_of(const Server& server);

}  // namespace hostelry::servers
