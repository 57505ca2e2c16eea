#pragma once

#include "core/base/clock.h"
#include "core/platform/http/error_pages.h"
#include "core/platform/web/assets.h"

namespace hostelry::sites {

/// What a visitor of a preview sees when there is nothing to show: in the panel's look, but without
/// its files and links, because every other path of the host name is the site's.
class SitePreviewPages final : public http::ErrorPages {
public:
    explicit SitePreviewPages(const Clock& clock) : clock_(clock) {}

    http::Response page(const http::ErrorPage& page) override;

private:
    const Clock& clock_;
    view::Assets no_assets_;
};

}  // namespace hostelry::sites
