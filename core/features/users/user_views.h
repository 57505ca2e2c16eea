#pragma once
// What the templates of web/templates/users show.

#include "core/platform/web/components/activity.h"
#include "core/platform/web/components/facts.h"
#include "core/platform/web/components/form.h"
#include "core/platform/web/components/frame.h"
#include "core/platform/web/components/list_page.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::users {

struct UserRow {
    std::string id;
    std::string name;
    std::string email;
    view::Chip chip;
    std::string role;
    std::string home;
    std::optional<view::Instant> last_sign_in;
    view::Menu menu;
};

using UsersPage = view::ListPage<UserRow>;

struct UserPageView {
    view::Shell frame;
    view::PageHead head;
    view::Facts facts;
    std::optional<view::Note> note;
    view::Activity activity;
};

struct UserFormPage {
    view::Shell frame;
    view::PageHead head;
    view::Form form;
    std::string tenant;  ///< Where the person is put; empty: stays where they are.
    view::FormSection person_section;
    std::vector<view::Field> person;
    view::FormSection access_section;
    std::vector<view::Field> access;
    view::SubmitRow submit;
};

struct PasswordLinkPage {
    view::Shell frame;
    view::PageHead head;
    view::Note note;
    std::string url;
    view::Instant expires_at;
    std::string user_href;
};

struct ProfilePage {
    view::Shell frame;
    view::PageHead head;
    view::Form profile_form;
    std::vector<view::Field> profile;
    view::Form password_form;
    std::vector<view::Field> password;
};

}  // namespace hostelry::users
