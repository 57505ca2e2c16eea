#pragma once

#include <string>
#include <string_view>

namespace hostelry::view {

enum class Status { Ready, Working, Failed, Unknown, Suspended };

/// The state of a thing: icon, word and colour. `detail` says since when and why.
struct Chip {
    Status status = Status::Unknown;
    std::string word;       // empty: the status' own word
    std::string detail;     // tooltip, also read out
    bool in_table = false;  // there, only what needs attention keeps its background
};

constexpr std::string_view status_word(Status status) {
    constexpr std::string_view kWords[] = {"Ready", "Working", "Failed", "Unknown", "Suspended"};
    return kWords[static_cast<int>(status)];
}

constexpr std::string_view status_icon(Status status) {
    constexpr std::string_view kIcons[] = {
        "circle-check", "loader-circle", "circle-x", "circle-question-mark", "circle-pause"};
    return kIcons[static_cast<int>(status)];
}

constexpr std::string_view status_class(Status status) {
    constexpr std::string_view kClasses[] = {
        "chip-ready", "chip-working", "chip-failed", "chip-unknown", "chip-suspended"};
    return kClasses[static_cast<int>(status)];
}

/// Its colour without the chip around it, as the icon of a segment has it.
constexpr std::string_view status_text_class(Status status) {
    constexpr std::string_view kClasses[] = {
        "text-ready", "text-working", "text-failed", "text-text-3", "text-text-3"};
    return kClasses[static_cast<int>(status)];
}

constexpr bool needs_attention(Status status) {
    return status == Status::Working || status == Status::Failed;
}

}  // namespace hostelry::view
