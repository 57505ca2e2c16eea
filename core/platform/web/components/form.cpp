#include "core/platform/web/components/form.h"

#include <array>

namespace hostelry::view {

std::string_view input_type(TextKind kind) {
    constexpr std::array<std::string_view, 7> kTypes = {
        "text", "email", "url", "number", "search", "tel", "date"};
    return kTypes.at(static_cast<std::size_t>(kind));
}

std::string_view default_inputmode(TextKind kind) {
    constexpr std::array<std::string_view, 7> kModes = {
        "", "email", "url", "numeric", "search", "tel", ""};
    return kModes.at(static_cast<std::size_t>(kind));
}

std::string attention_title(std::size_t count, std::string_view consequence) {
    std::string title = count == 1 ? "One thing needs" : std::to_string(count) + " things need";
    title += " your attention.";
    return consequence.empty() ? title : title.append(" ").append(consequence);
}

}  // namespace hostelry::view
