#pragma once

#include "core/base/random.h"
#include "core/platform/http/message.h"

#include <string>
#include <string_view>

namespace hostelry::http {

/// Requests that change something come from our own pages: the browser says so (Sec-Fetch-Site,
/// else Origin), and the token proves that the page was made for this session.
class CsrfGuard {
public:
    /// `secret` is the same in all processes that serve; `random` outlives the guard.
    CsrfGuard(std::string secret, Random& random);

    /// A token for forms and headers. Masked anew each time, so that compression reveals nothing.
    std::string token(std::string_view binding) const;
    bool accepts(std::string_view token, std::string_view binding) const;

    /// Empty when the request may come from one of our pages, else why not.
    static std::string_view foreign_origin(const Request& request);
    /// The token sent along: header X-CSRF-Token, or the form's "_csrf".
    static std::string sent_token(const Request& request);

private:
    std::string secret_;
    Random& random_;
};

}  // namespace hostelry::http
