#include "core/features/audit/audit_pages.h"
#include "core/platform/http/api.h"

#include <memory>

namespace hostelry::audit {

void Audit::add_routes(http::Router& router) {
    using http::Method;
    const auto pages = std::make_shared<AuditPages>(*this, needs_.shell);
    const auto page = http::pages_of(router, pages);
    const auto api = http::operations_of(router, pages);
    page(Method::Get, "/audit", "audit:read", &AuditPages::index);
    page(Method::Get, "/audit/verification", "audit:verify", &AuditPages::verification);
    page(Method::Get, "/audit/{position}", "audit:read", &AuditPages::show);
    api({.method = Method::Get,
         .path = "/audit",
         .permission = "audit:read",
         .operation = "listAudit",
         .summary = "Entries of the audit trail, newest first",
         .query = &describe<ListAudit>(),
         .response = &describe<AuditEntry>(),
         .is_list = true},
        &AuditPages::api_list);
    api({.method = Method::Get,
         .path = "/audit/verification",
         .permission = "audit:verify",
         .operation = "verifyAudit",
         .summary = "Walk the whole chain",
         .response = &describe<AuditVerdict>()},
        &AuditPages::api_verification);
    api({.method = Method::Get,
         .path = "/audit/{position}",
         .permission = "audit:read",
         .operation = "getAudit",
         .summary = "One entry",
         .response = &describe<AuditEntry>()},
        &AuditPages::api_get);
}

}  // namespace hostelry::audit
