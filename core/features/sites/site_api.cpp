#include "core/features/sites/site_api.h"

#include "core/features/sites/site_request.h"
#include "core/features/sites/site_template_api.h"

#include <nlohmann/json.hpp>

namespace hostelry::sites {
namespace {

using http::Exchange;
using http::Method;
using http::Response;
using nlohmann::json;

constexpr std::int64_t kListed = 100;

json to_json(const SiteAnswer& answer) {
    return encode(describe<SiteAnswer>(), &answer);
}

Response answered(const Sites& sites, Result<SiteChange> change, int status) {
    if (!change) {
        return Response::failed(std::move(change).error());
    }
    auto response = Response::json(to_json(sites.answer_of(change->site)), status);
    response.set_header("location", "/api/v1/sites/" + change->site.id.to_string());
    return response;
}

using Change = Result<SiteChange> (Sites::*)(const users::Caller&, SiteId);

http::Handler changing(Sites& sites, Change change) {
    return [&sites, change](Exchange& x) {
        const auto id = site_id_of(x.request);
        return id ? answered(sites, (sites.*change)(users::caller_of(x), *id), 202)
                  : Response::failed(id.error());
    };
}

Response list_sites(Sites& sites, Exchange& x) {
    const auto page = sites.list(users::caller_of(x), site_filter_of(x.request), kListed);
    if (!page) {
        return Response::failed(page.error());
    }
    json items = json::array();
    for (const auto& site : page->sites) {
        items.push_back(to_json(sites.answer_of(site)));
    }
    return Response::json(
        {{"items", std::move(items)},
         {"next", page->next.empty() ? json(nullptr) : json(page->next)}}
    );
}

Response create_site(Sites& sites, Exchange& x) {
    CreateSite request;
    auto errors = read_create_site(x.request, request);
    if (!errors.empty()) {
        return Response::failed(fail_fields(std::move(errors)).value());
    }
    auto change = sites.create(users::caller_of(x), request, request_key_of(x.request));
    const int status = change && change->is_repeat ? 200 : 202;
    return answered(sites, std::move(change), status);
}

Response get_domain_proof(Sites& sites, Exchange& x) {
    const auto proof = sites.domain_proof(users::caller_of(x), x.request.param("domain"));
    return proof ? Response::json(encode(describe<DomainProof>(), &*proof))
                 : Response::failed(proof.error());
}

Response get_site(Sites& sites, Exchange& x) {
    const auto id = site_id_of(x.request);
    if (!id) {
        return Response::failed(id.error());
    }
    const auto site = sites.get(users::caller_of(x), *id);
    return site ? Response::json(to_json(sites.answer_of(*site))) : Response::failed(site.error());
}

Response delete_site(Sites& sites, Exchange& x) {
    const auto id = site_id_of(x.request);
    if (!id) {
        return Response::failed(id.error());
    }
    const auto body = json::parse(x.request.body, nullptr, false);
    const auto typed = decode_as<DeleteSite>(body.is_discarded() ? json::object() : body);
    if (!typed) {
        return Response::failed(typed.error());
    }
    return answered(sites, sites.remove(users::caller_of(x), *id, typed->name), 202);
}

Response reveal_password(Sites& sites, Exchange& x) {
    const auto id = site_id_of(x.request);
    if (!id) {
        return Response::failed(id.error());
    }
    const auto revealed = sites.reveal_password(users::caller_of(x), *id);
    if (!revealed) {
        return Response::failed(revealed.error());
    }
    return Response::json(encode(describe<RevealedPassword>(), &*revealed));
}

struct ApiFacts {
    Method method;
    const char* path;
    const char* permission;
    const char* operation;
    const char* summary;
    const Description* request;
    const Description* response;
};

http::Route api(const ApiFacts& facts, http::Handler handler) {
    return {
        .method = facts.method,
        .path = std::string("/api/v1/sites") + facts.path,
        .permission = facts.permission,
        .access = http::Access::SignedIn,
        .csrf = http::Csrf::None,
        .rate = http::RateClass::Api,
        .request = facts.request,
        .response = facts.response,
        .operation = facts.operation,
        .summary = facts.summary,
        .handler = std::move(handler),
        .api = true,
    };
}

void add_site_changes(http::Router& router, Sites& sites) {
    const Description* site = &describe<SiteAnswer>();
    router.add(
        api({Method::Post,
             "/{id}/deployments",
             "site:update",
             "redeploySite",
             "Deploy a site again",
             nullptr,
             site},
            changing(sites, &Sites::redeploy))
    );
    router.add(
        api({Method::Post,
             "/{id}/suspension",
             "site:suspend",
             "suspendSite",
             "Suspend a site",
             nullptr,
             site},
            changing(sites, &Sites::suspend))
    );
    router.add(
        api({Method::Delete,
             "/{id}/suspension",
             "site:suspend",
             "resumeSite",
             "Resume a suspended site",
             nullptr,
             site},
            changing(sites, &Sites::resume))
    );
}

}  // namespace

void add_site_api(http::Router& router, Sites& sites) {
    const auto with = [&sites](auto* function) -> http::Handler {
        return [&sites, function](Exchange& x) { return function(sites, x); };
    };
    const Description* site = &describe<SiteAnswer>();
    auto list =
        api({Method::Get, "", "site:read", "listSites", "Sites, newest first", nullptr, site},
            with(list_sites));
    list.response_is_list = true;
    router.add(std::move(list));
    router.add(
        api({Method::Post,
             "",
             "site:create",
             "createSite",
             "Create a site; a job deploys it",
             &describe<CreateSite>(),
             site},
            with(create_site))
    );
    router.add(api(
        {Method::Get, "/{id}", "site:read", "getSite", "One site", nullptr, site}, with(get_site)
    ));
    router.add(
        api({Method::Delete,
             "/{id}",
             "site:delete",
             "deleteSite",
             "Delete a site with everything in it",
             &describe<DeleteSite>(),
             site},
            with(delete_site))
    );
    auto proof =
        api({Method::Get,
             "",
             "site:create",
             "getDomainProof",
             "Whether a domain is shown to be yours, and the record that shows it",
             nullptr,
             &describe<DomainProof>()},
            with(get_domain_proof));
    proof.path = "/api/v1/domain-proofs/{domain}";
    router.add(std::move(proof));
    add_site_changes(router, sites);
    add_site_template_api(router, sites);
    router.add(
        api({Method::Post,
             "/{id}/password-reveal",
             "site:update",
             "revealSitePassword",
             "Show the generated administrator password, once",
             nullptr,
             &describe<RevealedPassword>()},
            with(reveal_password))
    );
}

}  // namespace hostelry::sites
