#pragma once

#include <string>
#include <string_view>

// The place inside an HTML document, as the HTML tokenizer of a browser would see it. The template
// compiler feeds it the literal text of a template and asks what an expression would be part of.
namespace hostelry::cpt {

enum class Place {
    Text,
    Rcdata,   // <title>, <textarea>: text without tags
    RawText,  // <script>, <style> and the like: no escaping exists
    Comment,
    Declaration,  // <!doctype ...>
    TagName,
    EndTag,
    InTag,  // between attributes
    AttributeName,
    AfterAttributeName,
    BeforeValue,  // after '='
    QuotedValue,
    UnquotedValue,
};

struct HtmlState {
    Place place = Place::Text;
    std::string tag;  // lower case; meaningful from TagName to the end of the tag, and in raw text
    std::string attribute;  // lower case; meaningful in AttributeName and values
    std::string value;      // literal part of the current attribute value
    char quote = 0;
    bool value_has_expression = false;
    bool value_differs_by_branch = false;
    bool value_begins_with_expression = false;
    bool preformatted = false;    // inside <pre>: white space counts
    bool markup_pending = false;  // a '<' was seen whose meaning the next character decides

    /// True when text that follows would be read the same way in both states. What an attribute
    /// value already holds is compared by `value_begins_alike`.
    bool reads_like(const HtmlState& other) const;
    bool value_is_empty() const { return value.empty() && !value_has_expression; }
};

class HtmlTracker {
public:
    void feed(char c);
    void feed(std::string_view text);

    /// An expression was written here; what follows in this value is no longer its beginning.
    void note_expression();
    /// Code begins here: an attribute name that was followed by a space has no value.
    void note_code();
    void note_branch_difference() { state_.value_differs_by_branch = true; }

    const HtmlState& state() const { return state_; }

private:
    void in_text(char c);
    void in_markup_start(char c);
    void in_raw_text(char c);
    void in_comment(char c);
    void in_tag(char c);
    void in_attribute_name(char c);
    void before_value(char c);
    void begin_attribute(char c);
    void begin_value(char quote);
    void close_tag();
    void reset_attribute();

    HtmlState state_;
    std::string pending_;  // "<", "<!-" and the like: markup whose kind is not known yet
    std::string tail_;     // the last characters of raw text or of a comment, to find its end
    bool end_tag_ = false;
};

}  // namespace hostelry::cpt
