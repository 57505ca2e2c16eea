#include "core/platform/web/compiler/html_state.h"

#include "core/platform/web/compiler/characters.h"

#include <algorithm>
#include <array>

namespace hostelry::cpt {
namespace {

constexpr std::array<std::string_view, 6> kRawTextTags = {
    "script", "style", "xmp", "iframe", "noembed", "noframes"};
constexpr std::array<std::string_view, 2> kRcdataTags = {"title", "textarea"};

template <typename List>
bool contains(const List& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

void keep_tail(std::string& tail, char c, std::size_t size_max) {
    tail.push_back(c);
    if (tail.size() > size_max) {
        tail.erase(0, tail.size() - size_max);
    }
}

}  // namespace

bool HtmlState::reads_like(const HtmlState& other) const {
    if (place != other.place) {
        return false;
    }
    switch (place) {
        case Place::Text:
            return preformatted == other.preformatted && markup_pending == other.markup_pending;
        case Place::Comment:
        case Place::Declaration:
            return true;
        case Place::Rcdata:
        case Place::RawText:
        case Place::TagName:
        case Place::EndTag:
        case Place::InTag:
            return tag == other.tag;
        default:
            return tag == other.tag && attribute == other.attribute && quote == other.quote;
    }
}

void HtmlTracker::feed(std::string_view text) {
    for (const char c : text) {
        feed(c);
    }
}

void HtmlTracker::feed(char c) {
    switch (state_.place) {
        case Place::Text:
            return in_text(c);
        case Place::Rcdata:
        case Place::RawText:
            return in_raw_text(c);
        case Place::Comment:
            return in_comment(c);
        case Place::Declaration:
            if (c == '>') {
                state_.place = Place::Text;
            }
            return;
        case Place::TagName:
        case Place::EndTag:
        case Place::InTag:
        case Place::AfterAttributeName:
            return in_tag(c);
        case Place::AttributeName:
            return in_attribute_name(c);
        case Place::BeforeValue:
            return before_value(c);
        case Place::QuotedValue:
            if (c == state_.quote) {
                state_.place = Place::InTag;
                return reset_attribute();
            }
            state_.value.push_back(c);
            return;
        case Place::UnquotedValue:
            if (is_space(c)) {
                state_.place = Place::InTag;
                return reset_attribute();
            }
            if (c == '>') {
                return close_tag();
            }
            state_.value.push_back(c);
            return;
    }
}

void HtmlTracker::note_expression() {
    state_.value_begins_with_expression |= state_.value_is_empty();
    state_.value_has_expression = true;
}

void HtmlTracker::note_code() {
    if (state_.place == Place::AfterAttributeName) {
        state_.place = Place::InTag;
        reset_attribute();
    }
}

void HtmlTracker::in_text(char c) {
    if (!pending_.empty()) {
        return in_markup_start(c);
    }
    if (c == '<') {
        pending_ = "<";
        state_.markup_pending = true;
    }
}

void HtmlTracker::in_markup_start(char c) {
    pending_.push_back(c);
    if (pending_ == "</" || pending_ == "<!" || pending_ == "<!-") {
        return;
    }
    if (pending_ == "<!--") {
        state_.place = Place::Comment;
        tail_.clear();
    } else if (pending_.starts_with("<!")) {
        state_.place = c == '>' ? Place::Text : Place::Declaration;
    } else if (is_letter(c)) {
        end_tag_ = pending_.starts_with("</");
        state_.place = end_tag_ ? Place::EndTag : Place::TagName;
        state_.tag.assign(1, lower(c));
    }
    pending_.clear();
    state_.markup_pending = false;
}

void HtmlTracker::in_raw_text(char c) {
    const std::string closing = "</" + state_.tag;
    keep_tail(tail_, lower(c), closing.size() + 1);
    const bool ends_name = c == '>' || c == '/' || is_space(c);
    if (!ends_name || !tail_.starts_with(closing)) {
        return;
    }
    end_tag_ = true;
    state_.place = Place::EndTag;
    in_tag(c);
}

void HtmlTracker::in_comment(char c) {
    keep_tail(tail_, c, 3);
    if (tail_ == "-->") {
        state_.place = Place::Text;
    }
}

void HtmlTracker::in_tag(char c) {
    if (c == '>') {
        return close_tag();
    }
    const bool naming = state_.place == Place::TagName || state_.place == Place::EndTag;
    if (naming && !is_space(c) && c != '/') {
        state_.tag.push_back(lower(c));
        return;
    }
    if (is_space(c) || c == '/') {
        if (state_.place != Place::AfterAttributeName) {
            state_.place = end_tag_ ? Place::EndTag : Place::InTag;
        }
        return;
    }
    if (state_.place == Place::AfterAttributeName && c == '=') {
        state_.place = Place::BeforeValue;
        return;
    }
    begin_attribute(c);
}

void HtmlTracker::begin_attribute(char c) {
    reset_attribute();
    state_.place = Place::AttributeName;
    state_.attribute.assign(1, lower(c));
}

void HtmlTracker::in_attribute_name(char c) {
    if (c == '=') {
        state_.place = Place::BeforeValue;
    } else if (c == '>') {
        close_tag();
    } else if (is_space(c)) {
        state_.place = Place::AfterAttributeName;
    } else if (c == '/') {
        state_.place = Place::InTag;
    } else {
        state_.attribute.push_back(lower(c));
    }
}

void HtmlTracker::before_value(char c) {
    if (is_space(c)) {
        return;
    }
    if (c == '"' || c == '\'') {
        return begin_value(c);
    }
    if (c == '>') {
        return close_tag();
    }
    begin_value(0);
    state_.value.push_back(c);
}

void HtmlTracker::begin_value(char quote) {
    state_.value.clear();
    state_.value_has_expression = false;
    state_.value_differs_by_branch = false;
    state_.value_begins_with_expression = false;
    state_.quote = quote;
    state_.place = quote == 0 ? Place::UnquotedValue : Place::QuotedValue;
}

void HtmlTracker::close_tag() {
    if (state_.tag == "pre") {
        state_.preformatted = !end_tag_;
    }
    if (!end_tag_ && contains(kRawTextTags, state_.tag)) {
        state_.place = Place::RawText;
    } else if (!end_tag_ && contains(kRcdataTags, state_.tag)) {
        state_.place = Place::Rcdata;
    } else {
        state_.place = Place::Text;
    }
    end_tag_ = false;
    tail_.clear();
    reset_attribute();
}

void HtmlTracker::reset_attribute() {
    state_.attribute.clear();
    state_.value.clear();
    state_.quote = 0;
    state_.value_has_expression = false;
    state_.value_differs_by_branch = false;
    state_.value_begins_with_expression = false;
}

}  // namespace hostelry::cpt
