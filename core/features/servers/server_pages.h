#pragma once

#include "core/features/servers/server_views.h"
#include "core/features/servers/servers.h"
#include "core/features/shell/shell.h"
#include "core/platform/http/route.h"

namespace hostelry::servers {

/// Who asks, from a request.
Actor actor_of(const http::Exchange& exchange);
/// The server named by the route's {id}; NotFound for what is no id.
Result<ServerId> server_id_of(const http::Request& request);

std::string href_of(const Server& server);

class ServerPages {
public:
    ServerPages(Servers& servers, shell::Shell& shell) : servers_(servers), shell_(shell) {}

    http::Response index(http::Exchange& exchange);
    http::Response show(http::Exchange& exchange);
    http::Response live_part(http::Exchange& exchange);
    http::Response show_new(http::Exchange& exchange);
    http::Response create(http::Exchange& exchange);
    http::Response bring_up_again(http::Exchange& exchange);
    http::Response show_deletion(http::Exchange& exchange);
    http::Response remove(http::Exchange& exchange);
    http::Response offer(http::Exchange& exchange);
    http::Response withdraw(http::Exchange& exchange);

private:
    http::Response new_form(
        http::Exchange& exchange, const Error* error, const std::optional<ScannedKey>& scanned
    );
    http::Response deletion(
        http::Exchange& exchange, const Server& server, const std::string& error
    );
    Result<ServerPageView> page_of(http::Exchange& exchange, ServerId id);
    ServerLive live_of(const http::Exchange& exchange, const Server& server) const;
    http::Response back_to(
        http::Exchange& exchange, const std::string& path, const std::string& message
    );

    Servers& servers_;
    shell::Shell& shell_;
};

}  // namespace hostelry::servers
