#pragma once
// The front door to jobs as people see them.

#include "core/base/id.h"
#include "core/features/shell/shell.h"
#include "core/platform/db/database.h"
#include "core/platform/http/route.h"
#include "core/platform/web/components/job_card.h"

#include <optional>
#include <string_view>

namespace hostelry::jobs {

class Jobs {
public:
    struct Needs {
        db::Database& database;
        const Clock& clock;
        shell::Shell& shell;
    };
    explicit Jobs(Needs needs) : needs_(needs) {}

    void add_routes(http::Router& router);

private:
    void add_pages(http::Router& router);
    void add_api(http::Router& router);
    http::Response list_page(http::Exchange& exchange);
    http::Response show_page(http::Exchange& exchange);
    http::Response card_fragment(http::Exchange& exchange);
    http::Response retry(http::Exchange& exchange);
    http::Response cancel(http::Exchange& exchange);

    Needs needs_;
};

/// The newest job about an object, as the card its detail page shows; nothing when there was none.
/// Runs in the reader's tenant. `principal` decides on Retry and Cancel.
std::optional<view::JobCard> latest_card(
    db::Transaction& tx,
    const http::Principal& principal,
    TimePoint now,
    std::string_view subject_type,
    const Uuid& subject
);
/// The same in a transaction of its own; nothing also where that failed.
std::optional<view::JobCard> latest_card(
    db::Database& database,
    const http::Principal& principal,
    TimePoint now,
    std::string_view subject_type,
    const Uuid& subject
);

}  // namespace hostelry::jobs
