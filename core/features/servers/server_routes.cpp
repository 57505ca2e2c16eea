#include "core/features/servers/server_routes.h"

namespace hostelry::servers {

std::shared_ptr<void> add_server_routes(Servers&, http::Router&, shell::Shell&) {
    return nullptr;
}

}  // namespace hostelry::servers
