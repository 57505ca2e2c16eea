#pragma once

#include "core/platform/web/components/action.h"
#include "core/platform/web/components/page_head.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

// What a list page is made of. The filter lives in the URL; every link of a list also works as a
// plain link. HTMX replaces the element with the list's id, so the handler answers that part alone
// when the request's HX-Target is the id.
namespace hostelry::view {

enum class Sorted { No, Ascending, Descending };

/// Which columns give way on narrower screens. Under 768 px rows become cards.
enum class Priority { Always, WideOnly, DesktopOnly };

struct Column {
    std::string label;
    std::string sort_href;  // empty: cannot be sorted by
    Sorted sorted = Sorted::No;
    Priority priority = Priority::Always;
    bool is_number = false;
    bool label_is_hidden = false;  // for the column of row actions
};

struct Table {
    std::string label;
    std::vector<Column> columns;
    bool selectable = false;
};

struct SegmentLink {
    std::string label;
    std::string href;
    std::string count;
    std::string icon;
    std::string icon_class;  // "text-ready", "text-working", "text-failed" or "text-text-3"
    bool is_current = false;
};

struct FilterForm {
    std::string href;
    std::string query;
    std::string placeholder;
    std::vector<std::pair<std::string, std::string>> kept;  // other parts of the query string
};

struct Pager {
    std::string range;  // "1-25 of 1,284"
    std::string previous_href;
    std::string next_href;
};

/// What can be done to the rows whose boxes are ticked: each button posts their ids, as many "id"
/// as there are, to its own address.
struct BulkActions {
    std::vector<Action> buttons;  // label, icon, href, look
};

struct List {
    std::string id = "list";
    std::string counted;  // "1,284 sites match", read out when it changes
    std::vector<SegmentLink> segments;
    Table table;
    std::optional<EmptyState> empty;  // set when there are no rows
    std::optional<BulkActions> bulk;
    Pager pager;
    std::string refresh_href;  // asked again on the page's "list" event; empty: never
};

}  // namespace hostelry::view
