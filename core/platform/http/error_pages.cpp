#include "core/platform/http/error_pages.h"

#include <fmt/format.h>

namespace hostelry::http {
namespace {

class PlainErrorPages final : public ErrorPages {
public:
    Response page(const ErrorPage& page) override {
        const auto title = reason_phrase(page.status);
        return Response::html(fmt::format(
            "<!doctype html><html lang=\"en\"><meta "
            "charset=\"utf-8\"><title>{0}</title><h1>{0}</h1>"
            "<p>{1}</p><p>Request {2}</p></html>\n",
            title,
            escape_html(page.error.message),
            escape_html(page.request.request_id)
        ));
    }
};

}  // namespace

std::unique_ptr<ErrorPages> make_plain_error_pages() {
    return std::make_unique<PlainErrorPages>();
}

std::string escape_html(std::string_view text) {
    std::string escaped;
    escaped.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\'':
                escaped += "&#39;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

}  // namespace hostelry::http
