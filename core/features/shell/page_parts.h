#pragma once
// What all pages share: reading what is asked for, and links.

#include "core/platform/http/message.h"

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

}  // namespace hostelry::shell
