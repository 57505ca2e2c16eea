#pragma once

#include "core/platform/web/components/action.h"
#include "core/platform/web/components/chip.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::view {

struct Breadcrumb {
    std::string label;
    std::string href;
};

/// The head of a page: breadcrumbs from the second level on, title, one line of state, actions. The
/// primary action comes last.
struct PageHead {
    std::vector<Breadcrumb> breadcrumbs;
    std::string title;
    std::optional<Chip> chip;
    std::string summary;
    std::vector<Action> actions;
    std::optional<Menu> menu;
};

struct Tab {
    std::string label;
    std::string href;
    bool is_current = false;
    std::string count;
};

using Tabs = std::vector<Tab>;

struct EmptyState {
    std::string icon;
    std::string title;
    std::string text;
    std::optional<Action> action;
};

enum class NoteKind { Plain, Warning, Failure };

/// A boxed message inside a page.
struct Note {
    NoteKind kind = NoteKind::Plain;
    std::string title;
    std::string text;
    std::vector<Action> actions;
};

}  // namespace hostelry::view
