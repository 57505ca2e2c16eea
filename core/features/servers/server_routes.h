#pragma once

namespace hostelry::http {
class Router;
}
namespace hostelry::shell {
class Shell;
}

namespace hostelry::servers {

class Servers;

/// The table of routes: pages and API.
void add_server_routes(Servers& servers, http::Router& router, shell::Shell& shell);

}  // namespace hostelry::servers
