#pragma once

#include "core/base/id.h"

namespace hostelry {

/// Who acts from the command line on the panel's own machine. No person of this id exists; it
/// stands in jobs and in the audit trail.
inline UserId operator_user() {
    return UserId{*Uuid::parse("00000000-0000-7000-8000-000000000001")};
}

}  // namespace hostelry
