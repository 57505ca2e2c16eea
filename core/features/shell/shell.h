#pragma once
// The front door of what surrounds every page.

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/platform/db/database.h"
#include "core/platform/http/error_pages.h"
#include "core/platform/http/route.h"
#include "core/platform/web/assets.h"
#include "core/platform/web/components/activity.h"
#include "core/platform/web/components/dialog.h"
#include "core/platform/web/components/frame.h"
#include "core/platform/web/components/palette.h"
#include "core/platform/web/context.h"
#include "core/platform/web/out.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::shell {

struct PageFacts {
    std::string title;
    std::string section;              ///< Entry of the navigation: "sites".
    std::vector<std::string> topics;  ///< Of the event stream, besides the running jobs.
    bool narrow = false;              ///< Forms: 1088 px at most.
};

/// A template of a whole page, or of the part of it that is asked for alone.
template <typename Page>
using PageTemplate = void (*)(view::Out& out, const Page& page);

/// Whether a person acting in the transaction's tenant may hear about the object with this id.
using TopicCheck = std::function<bool(db::Transaction& tx, const Uuid& id)>;
/// Things of one feature whose name fits the words, at most a handful; runs in the acting tenant.
using PaletteSource = std::function<std::vector<view::PaletteItem>(
    db::Transaction& tx, const http::Principal& principal, const std::string& words
)>;

/// What an activity panel asks for: the last things done to `subject`, or to anything in the tree
/// of the transaction's tenant without one.
struct ActivityQuestion {
    std::optional<Uuid> subject;
    std::int64_t count_max = 8;
    /// The reader may open the audit trail: entries name people and lead there.
    bool may_audit = false;
};
using ActivitySource = std::function<
    std::vector<view::ActivityEntry>(db::Transaction& tx, const ActivityQuestion& question)>;

class Shell {
public:
    struct Needs {
        db::Database& database;
        const view::Assets& assets;
        const Clock& clock;
    };
    explicit Shell(Needs needs);

    // What pages use.
    view::Context context(const http::Exchange& exchange) const;
    view::Shell frame(const http::Exchange& exchange, PageFacts facts) const;
    /// Renders with the context of this exchange.
    http::Response page(const http::Exchange& exchange, view::Slot fill, int status = 200) const;
    /// The question before something is deleted: a dialog over the page, or without JavaScript a
    /// page of its own. 422 when the dialog says what was wrong with the answer.
    http::Response ask_deletion(
        const http::Exchange& exchange, std::string section, const view::DeleteDialog& dialog
    ) const;
    /// Leaves a toast for the next page, across one redirect. `undo_href` is posted to by its
    /// button.
    static void flash(
        http::Response& response, std::string_view text, std::string_view undo_href = {}
    );
    /// The same for something that was not done; it stays until it is closed.
    static void flash_refusal(http::Response& response, std::string_view text);

    /// The activity panel of a detail page (the page has checked that the reader may see the thing)
    /// or, without a subject, of the overview. A transaction of its own; never fails the page.
    view::Activity activity(const http::Exchange& exchange, const std::optional<Uuid>& subject = {})
        const;

    // What features register at start.
    /// Where every activity panel reads; without it the panels say that nothing has happened.
    void set_activity(ActivitySource source) { activity_source_ = std::move(source); }
    /// What the panel calls itself on every page; asked for each page, so it answers from memory.
    void set_product(std::function<std::string()> product) { product_ = std::move(product); }
    std::string product() const { return product_ ? product_() : "Hostelry"; }
    /// The id of the newest event, so that pages miss none before their stream is open.
    void set_last_event(std::function<std::string()> id) { last_event_ = std::move(id); }
    /// Topics "<prefix>:<uuid>", for example "site:01…".
    void add_topic(std::string prefix, TopicCheck check);
    /// Asked only when the person has the permission.
    void add_source(std::string permission, PaletteSource source);

    void add_routes(http::Router& router);
    /// The error pages of the whole panel; lives as long as the shell.
    http::ErrorPages& error_pages();

private:
    class Pages;
    Needs needs_;
    std::map<std::string, TopicCheck, std::less<>> topics_;
    std::vector<std::pair<std::string, PaletteSource>> sources_;
    std::shared_ptr<Pages> pages_;
    std::function<std::string()> product_;
    std::function<std::string()> last_event_;
    ActivitySource activity_source_;
};

/// Tells every panel process, when the caller's transaction commits, that an object changed: pages
/// showing it or a list of its kind refresh. `kind` is a topic prefix ("site"), lists hear
/// "list:<kind>:<tenant>" of the tenant and all tenants above it.
void announce(db::Transaction& tx, std::string_view kind, const Uuid& id, TenantId tenant);

}  // namespace hostelry::shell
