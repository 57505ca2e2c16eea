#pragma once
// JSON on its way to or from a jsonb column. Headers hold text; only .cpp files see the whole JSON
// library.

#include <nlohmann/json_fwd.hpp>

#include <concepts>
#include <string>
#include <utility>

namespace hostelry::db {

/// One JSON document as compact UTF-8 text. Made from a json value without ceremony:
///     queue::enqueue(tx, {.kind = "site.deploy", .input = nlohmann::json{{"site", id}}, ...});
class JsonText {
public:
    /// An empty object.
    JsonText() : text_("{}") {}
    /// Invalid UTF-8 inside strings is replaced, never thrown about.
    template <class T>
    // NOLINTNEXTLINE(google-explicit-constructor): JSON is passed where its text is stored
    requires std::same_as<T, nlohmann::json> JsonText(const T& value) : JsonText(from(value)) {}

    /// Takes text that is known to be JSON (a jsonb column).
    static JsonText of_text(std::string text) {
        JsonText made;
        made.text_ = std::move(text);
        return made;
    }
    static JsonText from(const nlohmann::json& value);

    const std::string& text() const { return text_; }
    /// Null when the text is not JSON or nested deeper than 64 levels.
    nlohmann::json parse() const;

private:
    std::string text_;
};

}  // namespace hostelry::db
