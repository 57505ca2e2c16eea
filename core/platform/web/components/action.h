#pragma once

#include <string>
#include <vector>

namespace hostelry::view {

enum class ActionKind {
    Link,      // navigates
    External,  // leaves the panel, in the same tab, without a referrer
    Post,      // a form with one button
    Dialog,    // a page that HTMX shows as a dialog; without JavaScript it is a page
};

enum class ActionLook { Plain, Primary, Quiet, Danger };

/// Something a person can do: a link or a button, in a page head, a menu, a note or an empty state.
struct Action {
    std::string label;
    std::string icon;  // name from web/icons.txt, or empty
    std::string href;
    ActionKind kind = ActionKind::Link;
    ActionLook look = ActionLook::Plain;
    std::string name;  // sent with a post when not empty
    std::string value;
    std::string swap_target;  // id of what the answer of a post replaces; empty: a whole page
};

/// A button that opens a list of actions. An action with an empty label is a separating line.
struct Menu {
    std::string id;     // unique on the page
    std::string label;  // "Actions for example.com"
    std::string icon = "ellipsis";
    std::vector<Action> items;
    bool small = true;
};

}  // namespace hostelry::view
