#pragma once

#include "core/platform/http/route.h"

#include <memory>
#include <string>

namespace hostelry::http {

/// An error on its way to a person.
struct ErrorPage {
    const Request& request;
    const Principal* principal;  ///< Null when nobody is signed in or that could not be found out.
    int status;
    const Error& error;
    std::string csrf_token;
    std::string nonce;
};

/// Makes the HTML of errors; the web room fills it. For requests by HTMX it may answer with a
/// fragment. A 401 is the place to offer the sign-in form, or to lead there. Status and security
/// headers are set by the caller unless the response has another status than 200. Any thread; must
/// not block.
class ErrorPages {
public:
    virtual ~ErrorPages() = default;
    virtual Response page(const ErrorPage& page) = 0;
};

/// Unadorned pages, for tests and as the last resort.
std::unique_ptr<ErrorPages> make_plain_error_pages();

/// Text for HTML, with the five characters escaped.
std::string escape_html(std::string_view text);

}  // namespace hostelry::http
