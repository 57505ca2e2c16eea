#include "core/platform/web/compiler/context_rules.h"

#include "core/platform/web/compiler/characters.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace hostelry::cpt {
namespace {

constexpr std::array<std::string_view, 17> kUrlAttributes = {
    "href",
    "src",
    "action",
    "formaction",
    "hx-get",
    "hx-post",
    "hx-put",
    "hx-patch",
    "hx-delete",
    "sse-connect",
    "poster",
    "cite",
    "data",
    "hx-push-url",
    "hx-replace-url",
    "xlink:href",
    "background"};

constexpr std::array<std::string_view, 8> kCodeAttributes = {
    "style", "srcdoc", "hx-vals", "hx-vars", "hx-headers", "hx-request", "hx-trigger", "srcset"};

Decision refuse(std::string why) {
    return {.escaper = "", .refusal = std::move(why)};
}

Decision allow(std::string escaper) {
    return {.escaper = std::move(escaper), .refusal = ""};
}

bool runs_code(std::string_view name) {
    return name.starts_with("on") || name.starts_with("x-") || name.starts_with("@") ||
           name.starts_with(":") || name.starts_with("hx-on") ||
           std::find(kCodeAttributes.begin(), kCodeAttributes.end(), name) != kCodeAttributes.end();
}

bool has_safe_beginning(std::string_view value) {
    if (value.starts_with("//") || value.starts_with("/\\")) {
        return false;
    }
    const std::string text = lower(value);
    if (text.starts_with("http://") || text.starts_with("https://") ||
        text.starts_with("mailto:")) {
        return true;
    }
    const auto colon = text.find(':');
    const auto path = text.find_first_of("/?#");
    if (colon != std::string::npos) {
        return path != std::string::npos && path < colon;
    }
    // "java<%= x %>" could still become a scheme: something must rule that out before it.
    return path != std::string::npos;
}

Decision decide_value(const HtmlState& state) {
    const std::string& name = state.attribute;
    if (runs_code(name)) {
        return refuse("expression in '" + name + "': its value is code; use a data-* attribute");
    }
    if (!is_url_attribute(name)) {
        return allow("attribute");
    }
    if (state.value_differs_by_branch) {
        return refuse(
            "the beginning of '" + name + "' depends on a branch: compute the address in C++"
        );
    }
    if (state.value_is_empty()) {
        return allow("url");
    }
    if (!state.value.empty() && !state.value_has_expression && !has_safe_beginning(state.value)) {
        return refuse(
            "'" + name + "' begins like '" + state.value +
            "': an expression after it could choose scheme or host"
        );
    }
    return allow("url_part");
}

}  // namespace

bool is_url_attribute(const std::string& name) {
    return std::find(kUrlAttributes.begin(), kUrlAttributes.end(), name) != kUrlAttributes.end();
}

Decision decide_expression(const HtmlState& state) {
    if (state.markup_pending) {
        return refuse("expression must be in text or in a quoted attribute value");
    }
    switch (state.place) {
        case Place::Text:
            return allow("text");
        case Place::Rcdata:
            return allow("attribute");
        case Place::QuotedValue:
            return decide_value(state);
        case Place::RawText:
            return refuse(
                "expression in <" + state.tag +
                ">: nothing can be escaped there; use a data-* attribute"
            );
        case Place::Comment:
            return refuse("expression in a comment");
        default:
            return refuse("expression must be in text or in a quoted attribute value");
    }
}

std::optional<std::string> refuse_attribute(const std::string& name) {
    if (name == "style" || name == "srcdoc" || name == "x-html" || name == "ping") {
        return "attribute '" + name + "' is not allowed: the content security policy refuses it";
    }
    if (name.starts_with("on") || name.starts_with("hx-on")) {
        return "attribute '" + name + "' is not allowed: behaviour lives in web/behaviors";
    }
    return std::nullopt;
}

std::optional<std::string> refuse_literal_value(const std::string& name, const std::string& value) {
    const std::string text = lower(value);
    if (is_url_attribute(name) &&
        (text.starts_with("javascript:") || text.starts_with("vbscript:"))) {
        return "'" + name + "' runs code";
    }
    if (name.starts_with("hx-") && (text.starts_with("js:") || text.starts_with("javascript:"))) {
        return "'" + name + "' runs code";
    }
    return std::nullopt;
}

}  // namespace hostelry::cpt
