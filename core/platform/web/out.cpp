#include "core/platform/web/out.h"

#include "core/platform/web/escape.h"

namespace hostelry::view {

void Out::text(std::string_view value) {
    append_escaped(html_, value);
}

void Out::url(std::string_view value) {
    url_begin_ = html_.size();
    append_escaped(html_, is_linkable(value) ? value : kBlockedUrl);
}

// The text is escaped already, which changes no character that a scheme or a host may have.
void Out::end_url() {
    if (!is_linkable(std::string_view(html_).substr(url_begin_))) {
        html_.resize(url_begin_);
        html_.append(kBlockedUrl);
    }
}

void Out::url_part(std::string_view value) {
    append_percent_encoded(html_, value);
}

std::string render(const Context& context, Slot fill) {
    Out out(context);
    fill(out);
    return std::move(out).take();
}

}  // namespace hostelry::view
