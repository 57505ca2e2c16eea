#pragma once

#include <string>
#include <vector>

namespace hostelry::view {

struct Loss {
    std::string icon;
    std::string text;  // with real numbers: "2 databases, 212 MB"
};

/// Asks to type the name of what is about to be destroyed. Shown as a dialog by HTMX, as a page
/// without JavaScript. The server compares the name again.
struct DeleteDialog {
    std::string title;  // "Delete example.com?"
    std::string text;   // what happens, and until when it can be taken back
    std::vector<Loss> losses;
    std::string name;  // to be typed, and sent as "name"
    std::string action;
    std::string cancel_href;
    std::string confirm_label = "Delete";
    std::string cancel_label = "Keep it";
    std::string error;  // set when the typed name did not match
};

enum class ToastKind { Done, Info, Failure };

/// A short message about something that was just done, with the way back where there is one.
struct Toast {
    std::string id;  // unique on the page
    ToastKind kind = ToastKind::Done;
    std::string text;
    std::string undo_href;  // posted to
    std::string undo_label = "Undo";
};

}  // namespace hostelry::view
