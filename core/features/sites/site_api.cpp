#include "core/features/sites/site_api.h"

#include "core/features/sites/site_request.h"
#include "core/features/sites/site_template_api.h"
#include "core/platform/http/api.h"

#include <functional>

namespace hostelry::sites {
namespace {

using http::Exchange;
using http::Method;
using http::Response;

constexpr std::int64_t kListed = 100;

Response changed(const Sites& sites, const Result<SiteChange>& change, int status = 202) {
    const auto answer =
        change.map([&](const SiteChange& made) { return sites.answer_of(made.site); });
    auto response = http::answered(answer, status);
    if (change) {
        response.set_header("location", "/api/v1/sites/" + change->site.id.to_string());
    }
    return response;
}

using Change = Result<SiteChange> (Sites::*)(const users::Caller&, SiteId);

http::Handler changing(Sites& sites, Change change) {
    return [&sites, change](Exchange& x) {
        const auto id = site_id_of(x.request);
        return id ? changed(sites, (sites.*change)(users::caller_of(x), *id))
                  : Response::failed(id.error());
    };
}

Response list_sites(Sites& sites, Exchange& x) {
    const auto filter = asked_site_filter(x.request);
    const auto page =
        filter ? sites.list(users::caller_of(x), *filter, kListed) : tl::unexpected(filter.error());
    if (!page) {
        return Response::failed(page.error());
    }
    std::vector<SiteAnswer> answers;
    for (const auto& site : page->sites) {
        answers.push_back(sites.answer_of(site));
    }
    return http::listed(answers, page->next);
}

Response create_site(Sites& sites, Exchange& x) {
    const auto request = http::body_as<CreateSite>(x.request);
    if (!request) {
        return Response::failed(request.error());
    }
    const auto change = sites.create(users::caller_of(x), *request, request_key_of(x.request));
    return changed(sites, change, change && change->is_repeat ? 200 : 202);
}

Response get_domain_proof(Sites& sites, Exchange& x) {
    return http::answered(sites.domain_proof(users::caller_of(x), x.request.param("domain")));
}

Response get_site(Sites& sites, Exchange& x) {
    const auto read = [&]() -> Result<SiteAnswer> {
        const auto id = TRY(site_id_of(x.request));
        const auto site = TRY(sites.get(users::caller_of(x), id));
        return sites.answer_of(site);
    };
    return http::answered(read());
}

Response delete_site(Sites& sites, Exchange& x) {
    const auto act = [&]() -> Result<SiteChange> {
        const auto id = TRY(site_id_of(x.request));
        const auto typed = TRY(http::body_as<DeleteSite>(x.request));
        return sites.remove(users::caller_of(x), id, typed.name);
    };
    return changed(sites, act());
}

Response reveal_password(Sites& sites, Exchange& x) {
    const auto act = [&]() -> Result<RevealedPassword> {
        const auto id = TRY(site_id_of(x.request));
        return sites.reveal_password(users::caller_of(x), id);
    };
    return http::answered(act());
}

using AddOperation = std::function<void(const http::ApiOperation&, http::Handler)>;

void add_site_changes(const AddOperation& add, Sites& sites) {
    const auto* site = &describe<SiteAnswer>();
    add({.method = Method::Post,
         .path = "/sites/{id}/deployments",
         .permission = "site:update",
         .operation = "redeploySite",
         .summary = "Deploy a site again",
         .response = site},
        changing(sites, &Sites::redeploy));
    add({.method = Method::Post,
         .path = "/sites/{id}/suspension",
         .permission = "site:suspend",
         .operation = "suspendSite",
         .summary = "Suspend a site",
         .response = site},
        changing(sites, &Sites::suspend));
    add({.method = Method::Delete,
         .path = "/sites/{id}/suspension",
         .permission = "site:suspend",
         .operation = "resumeSite",
         .summary = "Resume a suspended site",
         .response = site},
        changing(sites, &Sites::resume));
}

}  // namespace

void add_site_api(http::Router& router, Sites& sites) {
    const auto with = [&sites](auto* function) -> http::Handler {
        return [&sites, function](Exchange& x) { return function(sites, x); };
    };
    const auto add = [&](const http::ApiOperation& operation, http::Handler handler) {
        router.add(http::api_route(operation, std::move(handler)));
    };
    const auto* site = &describe<SiteAnswer>();
    add({.method = Method::Get,
         .path = "/sites",
         .permission = "site:read",
         .operation = "listSites",
         .summary = "Sites, newest first",
         .query = &describe<ListSites>(),
         .response = site,
         .is_list = true},
        with(list_sites));
    add({.method = Method::Post,
         .path = "/sites",
         .permission = "site:create",
         .operation = "createSite",
         .summary = "Create a site; a job deploys it",
         .request = &describe<CreateSite>(),
         .response = site,
         .idempotent = true},
        with(create_site));
    add({.method = Method::Get,
         .path = "/sites/{id}",
         .permission = "site:read",
         .operation = "getSite",
         .summary = "One site",
         .response = site},
        with(get_site));
    add({.method = Method::Delete,
         .path = "/sites/{id}",
         .permission = "site:delete",
         .operation = "deleteSite",
         .summary = "Delete a site with everything in it",
         .request = &describe<DeleteSite>(),
         .response = site},
        with(delete_site));
    add({.method = Method::Get,
         .path = "/domain-proofs/{domain}",
         .permission = "site:create",
         .operation = "getDomainProof",
         .summary = "Whether a domain is shown to be yours, and the record that shows it",
         .response = &describe<DomainProof>()},
        with(get_domain_proof));
    add_site_changes(add, sites);
    add_site_template_api(router, sites);
    add({.method = Method::Post,
         .path = "/sites/{id}/password-reveal",
         .permission = "site:update",
         .operation = "revealSitePassword",
         .summary = "Show the generated administrator password, once",
         .response = &describe<RevealedPassword>()},
        with(reveal_password));
}

}  // namespace hostelry::sites
