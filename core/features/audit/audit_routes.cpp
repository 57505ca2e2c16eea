#include "core/features/audit/audit_pages.h"

#include <memory>

namespace hostelry::audit {

void Audit::add_routes(http::Router& router) {
    const auto pages = std::make_shared<AuditPages>(*this, needs_.shell);
    using Act = http::Response (AuditPages::*)(http::Exchange&);
    const auto page = [&](std::string path, std::string permission, Act act) {
        router.add(http::Route{
            .method = http::Method::Get,
            .path = std::move(path),
            .permission = std::move(permission),
            .access = http::Access::SignedIn,
            .csrf = http::Csrf::Token,
            .rate = http::RateClass::Page,
            .handler = [pages, act](http::Exchange& exchange) { return (*pages.*act)(exchange); }});
    };
    const auto api = [&](std::string path,
                         std::string permission,
                         Act act,
                         std::string operation,
                         std::string summary,
                         const Description* response,
                         bool is_list) {
        router.add(http::Route{
            .method = http::Method::Get,
            .path = "/api/v1" + std::move(path),
            .permission = std::move(permission),
            .access = http::Access::SignedIn,
            .csrf = http::Csrf::None,
            .rate = http::RateClass::Api,
            .response = response,
            .operation = std::move(operation),
            .summary = std::move(summary),
            .handler = [pages, act](http::Exchange& exchange) { return (*pages.*act)(exchange); },
            .api = true,
            .response_is_list = is_list});
    };
    page("/audit", "audit:read", &AuditPages::index);
    page("/audit/verification", "audit:verify", &AuditPages::verification);
    page("/audit/{position}", "audit:read", &AuditPages::show);
    const auto* entry = &describe<AuditEntry>();
    api("/audit",
        "audit:read",
        &AuditPages::api_list,
        "listAudit",
        "Entries of the audit trail, newest first",
        entry,
        true);
    api("/audit/verification",
        "audit:verify",
        &AuditPages::api_verification,
        "verifyAudit",
        "Walk the whole chain",
        &describe<AuditVerdict>(),
        false);
    api("/audit/{position}",
        "audit:read",
        &AuditPages::api_get,
        "getAudit",
        "One entry",
        entry,
        false);
}

}  // namespace hostelry::audit
