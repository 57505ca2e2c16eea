#pragma once
// A feature describes its list once; from the description and the address asked for follow the
// links, the segments, the filter's form, the pager and what stands there when nothing is found.
//
//     const ListQuery query(client_list(), exchange);
//     const auto found = clients.list(query.words(), query.segment(), query.first_row(), …);
//     ClientsPage page;                                   // view::ListPage<ClientRow>
//     page.list = query.list({.shown = …, .matching = …, .counts = …});
//     for (…) page.rows.push_back(…);
//     return list_answer(shell, exchange, query, page, views::clients::list_part, …::index);

#include "core/features/shell/page_parts.h"
#include "core/features/shell/shell.h"
#include "core/platform/http/route.h"
#include "core/platform/web/components/chip.h"
#include "core/platform/web/components/list_page.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::shell {

/// "1 client", "1,284 clients"
struct Noun {
    std::string one;
    std::string many;
};
std::string counted(std::int64_t count, const Noun& noun);

/// Those of one kind, chosen by a chip above the list.
struct Segment {
    std::string name;  ///< In the address; empty: all of them.
    std::string label;
    std::optional<view::Status> status;  ///< Its icon and colour are the chip's.
};

/// A part of the address that says what of the list is shown.
struct ListParameter {
    std::string name;
    /// The first stands for anything else too, and in links also when it was not asked for. Empty:
    /// any text.
    std::vector<std::string> values;
    bool takes_any_text = false;  ///< The segments' parameter: also what is no segment's name.
};

/// How things are added to the list, by those who have all the permissions.
struct Creation {
    view::Action action;
    std::vector<std::string> permissions;
};

struct ListDescription {
    std::string path;     ///< "/tenants"
    std::string section;  ///< Entry of the navigation.
    std::string topic;    ///< Kind of the things in the event stream; empty: not announced.
    std::string title;    ///< Of the page.
    std::string label;    ///< Of the table; empty: the title.
    std::string summary;
    Noun noun;
    std::string icon;         ///< In place of the table.
    std::string placeholder;  ///< Of the filter, which looks for "q".
    /// In the order of the address. What is no segment's name counts as the first segment's.
    std::vector<ListParameter> parameters{{"q"}, {"state"}};
    std::string segment_parameter = "state";
    std::vector<Segment> segments;  ///< Empty: as many as the extent counts.
    std::vector<view::Column> columns;
    /// Rows of a page where row numbers ("from") part the pages; 0: keys ("after", "before") do.
    std::int64_t rows_on_page = 0;
    std::optional<Creation> creation;
    /// Title, text and action without a filter; the action is for those who may create. With an
    /// empty title the filter is always to blame.
    view::EmptyState nothing_yet;
    /// Instead of "No client fits this filter" and so on.
    std::optional<view::EmptyState> nothing_fits;
};

/// What was found of a list.
struct ListExtent {
    std::int64_t shown = 0;
    std::optional<std::int64_t> matching;
    /// By the segment's name; empty: segments show no counts.
    std::map<std::string, std::int64_t> counts;
    view::Pager pager;  ///< Only where keys part the pages. Without a range: "25 of 1,284".
};

/// What a request asks of a list. A page is never refused for it: what makes no sense is passed
/// over.
class ListQuery {
public:
    /// Refers to the description and to the person who asks.
    ListQuery(const ListDescription& description, const http::Exchange& exchange);
    ListQuery(ListDescription&&, const http::Exchange&) = delete;

    const ListDescription& description() const { return description_; }
    /// Empty when the address does not say.
    std::string value(std::string_view parameter) const;
    std::string words() const { return value("q"); }
    std::string segment() const { return value(description_.segment_parameter); }
    /// The key that `position` ("after", "before") names, or nothing.
    std::string key(std::string_view position) const;
    std::int64_t first_row() const;
    /// Words were typed or a segment was chosen.
    bool is_filtered() const;

    /// All that is asked for but some, as hidden fields keep it.
    Parameters kept_besides(std::initializer_list<std::string_view> names) const;
    /// From the start of the list.
    std::string href() const { return link_with(description_.path, values_); }
    std::string href_with(std::string_view parameter, std::string value) const;
    /// The page at a key; nothing when the key is empty.
    std::string href_at(std::string position, std::string key) const;

    view::FilterForm form() const;
    view::PageHead head() const;
    PageFacts facts() const;
    view::List list(const ListExtent& extent) const;

private:
    std::vector<view::SegmentLink> segment_links(const ListExtent& extent) const;
    view::Pager pager_of(const ListExtent& extent) const;
    view::EmptyState nothing() const;
    bool may_create() const;

    const ListDescription& description_;
    const http::Principal& principal_;
    Parameters values_;
    Parameters position_;  ///< None at the start of the list, else one.
};

/// Leaves in `rows`, which were read as a whole, those of the segment and page asked for.
/// `segment_of` answers the name of the segment that a row belongs to.
template <typename Row, typename SegmentOf>
ListExtent keep_page(const ListQuery& query, std::vector<Row>& rows, const SegmentOf& segment_of) {
    ListExtent extent;
    extent.counts[""] = static_cast<std::int64_t>(rows.size());
    for (const Row& row : rows) {
        ++extent.counts[std::string(segment_of(row))];
    }
    const std::string segment = query.segment();
    std::erase_if(rows, [&](const Row& row) {
        return !segment.empty() && segment != segment_of(row);
    });
    const auto matching = static_cast<std::int64_t>(rows.size());
    const auto begin = std::min(query.first_row(), matching);
    const auto end = std::min(begin + query.description().rows_on_page, matching);
    rows.erase(rows.begin() + end, rows.end());
    rows.erase(rows.begin(), rows.begin() + begin);
    extent.matching = matching;
    extent.shown = end - begin;
    return extent;
}

/// The list alone when HTMX asks for no more, else the whole page. A summary that `page` has
/// already stays.
template <typename Page>
http::Response list_answer(
    const Shell& shell,
    const http::Exchange& exchange,
    const ListQuery& query,
    Page& page,
    PageTemplate<Page> list_part,
    PageTemplate<Page> index
) {
    if (asks_for(exchange.request, page.list.id)) {
        return shell.page(exchange, [&](view::Out& out) { list_part(out, page); });
    }
    std::string summary = std::move(page.head.summary);
    page.head = query.head();
    page.head.summary = summary.empty() ? page.head.summary : std::move(summary);
    page.filter = query.form();
    page.frame = shell.frame(exchange, query.facts());
    return shell.page(exchange, [&](view::Out& out) { index(out, page); });
}

}  // namespace hostelry::shell
