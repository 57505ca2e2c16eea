#pragma once

#include <memory>

namespace hostelry::http {
class Router;
}
namespace hostelry::shell {
class Shell;
}

namespace hostelry::servers {

class Servers;

/// Pages and API. What is answered must live as long as the router is used.
std::shared_ptr<void> add_server_routes(
    Servers& servers, http::Router& router, shell::Shell& shell
);

}  // namespace hostelry::servers
