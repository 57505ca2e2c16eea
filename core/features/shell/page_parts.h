#pragma once
// What pages of lists and forms share: links that keep a filter, paging, and how an error shows.

#include "core/base/result.h"
#include "core/platform/http/message.h"
#include "core/platform/web/components/form.h"
#include "core/platform/web/components/list.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hostelry::shell {

/// Whether HTMX wants only the element with this id again, not the page around it.
bool asks_for(const http::Request& request, std::string_view element);

/// The path and query of the page a form stands on; "/" when the browser does not say.
std::string page_before(const http::Request& request);

/// What a page is told to look for by a part of its address: trimmed, and nothing when it is longer
/// than any name, or holds control characters. A page is never refused for its filter.
std::string filter_text(const http::Request& request, std::string_view name);

using Parameters = std::initializer_list<std::pair<std::string_view, std::string>>;
/// `path` with the parameters that are not empty, each percent-encoded.
std::string link_with(std::string_view path, Parameters parameters);

/// Where a list of pages begins: the row number in the query's `from`, 0 when there is none.
std::int64_t first_row_of(const http::Request& request);

/// Leaves the rows of one page of a list that was read as a whole.
template <typename Row>
void keep_page(std::vector<Row>& rows, std::int64_t first, std::int64_t page_size) {
    const auto all = static_cast<std::int64_t>(rows.size());
    const auto begin = std::min(first, all);
    const auto end = std::min(begin + page_size, all);
    rows.erase(rows.begin() + end, rows.end());
    rows.erase(rows.begin(), rows.begin() + begin);
}

/// Rows `first` to `first + shown` of `matching`; `href_from` links to the page that begins at a
/// row.
view::Pager pager_of(
    std::int64_t first,
    std::int64_t shown,
    std::int64_t matching,
    std::int64_t page_size,
    const std::function<std::string(std::int64_t)>& href_from
);

/// Of the error behind a form that is shown again; none when it is shown first (null).
const std::vector<FieldError>& field_errors_of(const Error* error);
/// The summary above the form; `consequence` reassures ("Nothing was created.").
view::ErrorSummary summary_of(const Error* error, std::string_view consequence);
/// 200 at first, 409 for a conflict, 422 for anything else a person can mend in the form.
int form_status(const Error* error);
/// A rule that stands at no field still belongs above the form; anything graver is a page of its
/// own.
bool belongs_to_form(const Error& error);

}  // namespace hostelry::shell
