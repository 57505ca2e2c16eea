#pragma once

#include "core/base/clock.h"
#include "core/platform/http/error_pages.h"
#include "core/platform/web/assets.h"

namespace hostelry::shell {

/// Errors in the look of the panel. A page that needs a sign-in leads there and back again; what
/// HTMX asked for is answered by a toast, and the page stays as it is.
class ShellErrorPages : public http::ErrorPages {
public:
    ShellErrorPages(const view::Assets& assets, const Clock& clock)
        : assets_(assets), clock_(clock) {}

    http::Response page(const http::ErrorPage& page) override;

private:
    http::Response ask_to_sign_in(const http::ErrorPage& page) const;

    const view::Assets& assets_;
    const Clock& clock_;
};

}  // namespace hostelry::shell
