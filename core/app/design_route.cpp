#include "core/app/design_route.h"

#include "core/platform/web/design/design_page.h"

#include "templates/design/index.cpt.h"

namespace hostelry::app {

http::Route design_route(shell::Shell& shell) {
    return {
        .method = http::Method::Get,
        .path = "/design",
        .permission = "self",
        .access = http::Access::SignedIn,
        .csrf = http::Csrf::None,
        .rate = http::RateClass::Page,
        .handler =
            [&shell](http::Exchange& exchange) {
                const auto page = view::design_page(exchange.clock.now());
                return shell.page(exchange, [&](view::Out& out) {
                    views::design::index(out, page);
                });
            },
    };
}

}  // namespace hostelry::app
