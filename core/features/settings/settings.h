#pragma once
// The front door of what is set in the panel instead of in its configuration file. Belongs to the
// root tenant.

#include "core/base/describe.h"
#include "core/base/lock_guarded.h"
#include "core/features/shell/shell.h"
#include "core/features/users/users.h"
#include "core/platform/db/database.h"
#include "core/platform/http/route.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::settings {

struct SettingValues {
    std::string product_name;  ///< What the panel calls itself.
    std::string public_url;    ///< What links begin with; without a slash at the end.
    std::string acme_contact;  ///< E-mail address given to the certificate authority; may be empty.
};

/// Rules that need no database.
std::vector<FieldError> problems_of(const SettingValues& values);

class Settings {
public:
    struct Needs {
        db::Database& database;
        const Clock& clock;
        shell::Shell& shell;
        SettingValues defaults;  ///< From the configuration; hold for what nobody has set.
    };
    explicit Settings(Needs needs) : needs_(std::move(needs)) {}

    void add_routes(http::Router& router);

    /// The values that hold. Callable without a person: links and certificate orders need them.
    Result<SettingValues> values();
    /// The values as they were a few seconds ago at most, or the defaults while the database cannot
    /// be asked.
    SettingValues values_or_defaults();
    /// An empty text gives a value its default back.
    Result<SettingValues> update(const users::Caller& caller, const SettingValues& values);

private:
    struct Known {
        SettingValues values;
        std::optional<std::chrono::steady_clock::time_point> at;
    };

    Needs needs_;
    LockGuarded<Known> known_;
};

}  // namespace hostelry::settings

template <>
const hostelry::Description& hostelry::describe<hostelry::settings::SettingValues>();
