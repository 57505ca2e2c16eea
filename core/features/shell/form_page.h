#pragma once
// What pages with a form share: how an error shows, and which part of the page answers it.

#include "core/base/result.h"
#include "core/features/shell/shell.h"
#include "core/platform/http/route.h"
#include "core/platform/web/components/form.h"

#include <string>
#include <string_view>
#include <vector>

namespace hostelry::shell {

/// Of the error behind a form that is shown again; none when it is shown first (null).
const std::vector<FieldError>& field_errors_of(const Error* error);
/// The summary above the form; `consequence` reassures ("Nothing was created.").
view::ErrorSummary summary_of(const Error* error, std::string_view consequence);
/// 200 at first, 409 for a conflict, 422 for anything else a person can mend in the form.
int form_status(const Error* error);
/// A rule that stands at no field still belongs above the form; anything graver is a page of its
/// own.
bool belongs_to_form(const Error& error);

/// The form alone when HTMX sent what is wrong with it, else the whole page. `page` has frame, head
/// and form; the frame is filled here.
template <typename Page>
http::Response form_answer(
    const Shell& shell,
    const http::Exchange& exchange,
    const std::string& section,
    Page page,
    const Error* error,
    PageTemplate<Page> form,
    PageTemplate<Page> whole
) {
    const bool is_part = exchange.request.is_htmx() && error != nullptr && !page.form.whole_page;
    if (!is_part) {
        page.frame = shell.frame(
            exchange, {.title = page.head.title, .section = section, .topics = {}, .narrow = true}
        );
    }
    return shell.page(
        exchange, [&](view::Out& out) { (is_part ? form : whole)(out, page); }, form_status(error)
    );
}

}  // namespace hostelry::shell
