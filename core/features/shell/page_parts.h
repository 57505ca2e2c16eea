#pragma once
// What pages of lists and forms share: reading what is asked for, links, and how an error shows.

#include "core/base/result.h"
#include "core/platform/http/message.h"
#include "core/platform/web/components/form.h"

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

using Parameters = std::vector<std::pair<std::string, std::string>>;
/// `path` with the parameters that are not empty, each percent-encoded.
std::string link_with(std::string_view path, const Parameters& parameters);

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
