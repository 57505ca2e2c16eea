#include "core/features/audit/audit_pages.h"
#include "core/platform/http/api.h"

#include <memory>

namespace hostelry::audit {

void Audit::add_routes(http::Router& router) {
    using http::Method;
    using Act = http::Response (AuditPages::*)(http::Exchange&);
    const auto pages = std::make_shared<AuditPages>(*this, needs_.shell);
    const auto page = [&](std::string path, std::string permission, Act act) {
        router.add(http::page_route(
            Method::Get, std::move(path), std::move(permission), http::bound(pages, act)
        ));
    };
    const auto api = [&](const http::ApiOperation& operation, Act act) {
        router.add(http::api_route(operation, http::bound(pages, act)));
    };
    page("/audit", "audit:read", &AuditPages::index);
    page("/audit/verification", "audit:verify", &AuditPages::verification);
    page("/audit/{position}", "audit:read", &AuditPages::show);
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
