#pragma once
// What the templates of web/templates/auth show.

#include "core/platform/web/components/form.h"
#include "core/platform/web/components/frame.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::auth {

struct SignInPage {
    view::Bare page;
    view::Form form;
    std::string next;  ///< Where to go afterwards; an own path.
    std::vector<view::Field> fields;
    std::optional<view::Note> note;
};

/// Set-up and the setting of a password: a title, a sentence, fields, one button.
struct LinkPage {
    view::Bare page;
    std::string title;
    std::string text;
    view::Form form;
    std::vector<view::Field> fields;
    std::string button;
};

struct GoneLinkPage {
    view::Bare page;
    std::string title;
    std::string text;
};

}  // namespace hostelry::auth
