#pragma once

#include "core/base/id.h"
#include "core/platform/events/events.h"
#include "core/platform/http/route.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace hostelry::users {

/// Who asks for a change and from where: rules look at it, events record it.
struct Caller {
    TenantId tenant;             ///< Acted in; what is below it can be seen.
    std::optional<UserId> user;  ///< Nobody: the operator at the command line, or the system.
    std::set<std::string, std::less<>> permissions;
    std::string client_address;
    std::string request_id;
    std::optional<TenantId> home{};  ///< Of the person; nothing for the operator.

    bool may(std::string_view permission) const { return permissions.contains(permission); }
};

/// The signed-in person of a request.
Caller caller_of(const http::Exchange& exchange);
/// The operator of the installation, acting in `tenant` with every right over people.
Caller operator_caller(TenantId tenant);

/// An event by this caller about something of `tenant`.
events::NewEvent event_by(const Caller& caller, std::string type, TenantId tenant);

}  // namespace hostelry::users
