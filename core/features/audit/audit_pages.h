#pragma once

#include "core/features/audit/audit.h"

namespace hostelry::audit {

class AuditPages {
public:
    AuditPages(Audit& audit, shell::Shell& shell) : audit_(audit), shell_(shell) {}

    http::Response index(http::Exchange& exchange);
    http::Response show(http::Exchange& exchange);
    http::Response verification(http::Exchange& exchange);

    http::Response api_list(http::Exchange& exchange);
    http::Response api_get(http::Exchange& exchange);
    http::Response api_verification(http::Exchange& exchange);

private:
    Audit& audit_;
    shell::Shell& shell_;
};

}  // namespace hostelry::audit
