#pragma once

#include "core/platform/web/components/action.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

// Fields of forms. Each keeps what was typed in `value` and carries its own error; the templates
// wire label, hint and error to the control. An id is the name unless given.
namespace hostelry::view {

struct FieldText {
    std::string name;
    std::string label;
    std::string hint;
    std::string error;
    std::string id;
    bool required = false;
    bool disabled = false;

    const std::string& control_id() const { return id.empty() ? name : id; }
    bool has_note() const { return !hint.empty() || !error.empty(); }
    /// Id of the paragraph that describes the control: the error when there is one, else the hint.
    std::string note_id() const { return control_id() + (error.empty() ? "-h" : "-e"); }
};

enum class TextKind { Text, Email, Url, Number, Search, Telephone, Date };

struct TextField : FieldText {
    TextKind kind = TextKind::Text;
    std::string value;
    std::string placeholder;
    std::string autocomplete;
    std::string inputmode;
    std::string min;
    std::string max;
    std::string step;
    bool is_code = false;
    bool focus = false;

    /// Only in prose do a phone's capitals and a browser's spelling help.
    bool is_prose() const { return kind == TextKind::Text && !is_code && inputmode.empty(); }
};

/// Never sends a value back to the browser.
struct PasswordField : FieldText {
    std::string autocomplete = "current-password";
    std::optional<Action> beside_label;  // "Forgot it?"
    bool focus = false;
};

struct TextareaField : FieldText {
    std::string value;
    std::string placeholder;
    int rows = 4;
    bool is_code = false;
};

struct Option {
    std::string value;
    std::string label;
    bool disabled = false;
};

struct SelectField : FieldText {
    std::vector<Option> options;
    std::string value;
};

struct CheckboxField : FieldText {
    std::string value = "true";
    bool checked = false;
};

struct RadioCard {
    std::string value;
    std::string title;
    std::string description;
    std::string icon;
    std::string price;  // at the right, with its unit: "EUR 4.90"
    std::string price_unit;
};

enum class CardLayout { Grid, Rows };

struct RadioCards : FieldText {
    std::vector<RadioCard> cards;
    std::string value;
    CardLayout layout = CardLayout::Grid;
};

using Field =
    std::variant<TextField, PasswordField, TextareaField, SelectField, CheckboxField, RadioCards>;

std::string_view input_type(TextKind kind);

/// Addresses and numbers want another keyboard on a phone than prose does.
std::string_view default_inputmode(TextKind kind);

struct FieldMessage {
    std::string field_id;  // empty: belongs to no field
    std::string message;
};

/// On top of a form that came back: what happened to it, and a link to each field.
struct ErrorSummary {
    std::string title;
    std::vector<FieldMessage> messages;
};

/// "2 things need your attention. Nothing was created."
std::string attention_title(std::size_t count, std::string_view consequence);

struct Form {
    std::string id;
    std::string action;
    std::string idempotency_key;  // of the thing being created; empty: none
    ErrorSummary errors;
    bool whole_page = false;  // true: HTMX leaves it alone, as where the answer sets a new session
};

struct FormSection {
    std::string title;
    std::string text;
};

/// A part of a form that few people need: closed unless a field in it has an error.
struct AdvancedFields {
    std::string id;
    std::string title = "Advanced";
    std::string summary;
    bool open = false;
};

struct SubmitRow {
    std::string label;
    std::string icon;
    std::string cancel_href;
    bool dangerous = false;
};

}  // namespace hostelry::view
