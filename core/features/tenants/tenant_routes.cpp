#include "core/features/tenants/tenant_pages.h"

#include <nlohmann/json.hpp>

#include <memory>

namespace hostelry::tenants {
namespace {

using http::Access;
using http::Csrf;
using http::Method;
using http::RateClass;
using nlohmann::json;

constexpr std::int64_t kTenantsInAnswer = 200;

/// /api/v1/tenants.
class TenantApi {
public:
    explicit TenantApi(Tenants& tenants) : tenants_(tenants) {}

    http::Response list(http::Exchange& exchange) {
        const auto& request = exchange.request;
        const TenantFilter filter{
            .words = request.query("q").value_or(""),
            .state = request.query("state").value_or(""),
            .parent = TenantId::parse(request.query("parent").value_or(""))};
        std::int64_t offset = 0;
        try {
            offset = std::clamp<std::int64_t>(
                std::stoll(request.query("next").value_or("0")), 0, 1'000'000
            );
        } catch (const std::logic_error&) {
            return http::Response::failed(
                fail_fields({{"next", "Send what an earlier answer gave."}}).value()
            );
        }
        const auto found =
            tenants_.list(users::caller_of(exchange), filter, offset, kTenantsInAnswer);
        if (!found) {
            return http::Response::failed(found.error());
        }
        json items = json::array();
        for (const auto& tenant : found->tenants) {
            items.push_back(encode(describe<Tenant>(), &tenant));
        }
        const auto next = offset + static_cast<std::int64_t>(found->tenants.size());
        return http::Response::json(
            {{"items", std::move(items)},
             {"next", next < found->matching ? json(std::to_string(next)) : json(nullptr)}}
        );
    }
    http::Response create(http::Exchange& exchange) {
        const auto request = body_as<CreateTenant>(exchange.request);
        if (!request) {
            return http::Response::failed(request.error());
        }
        const auto key = exchange.request.header("idempotency-key");
        const auto created = tenants_.create(
            users::caller_of(exchange),
            *request,
            key ? std::optional{std::string(key->substr(0, 100))} : std::nullopt
        );
        auto response = answer(created, 201);
        if (created) {
            response.set_header("Location", "/api/v1/tenants/" + created->tenant.id.to_string());
        }
        return response;
    }
    http::Response get(http::Exchange& exchange) { return with(exchange, &Tenants::get); }
    http::Response update(http::Exchange& exchange) {
        const auto id = tenant_id_of(exchange.request);
        const auto request = body_as<UpdateTenant>(exchange.request);
        if (!id || !request) {
            return http::Response::failed(id ? request.error() : id.error());
        }
        return answer(tenants_.update(users::caller_of(exchange), *id, *request));
    }
    http::Response suspend(http::Exchange& exchange) { return with(exchange, &Tenants::suspend); }
    http::Response resume(http::Exchange& exchange) { return with(exchange, &Tenants::resume); }
    http::Response remove(http::Exchange& exchange) {
        const auto id = tenant_id_of(exchange.request);
        const auto removed = id ? tenants_.remove(users::caller_of(exchange), *id)
                                : Result<void>(tl::unexpected(id.error()));
        return removed ? http::Response::no_content() : http::Response::failed(removed.error());
    }

private:
    template <class T>
    static Result<T> body_as(const http::Request& request) {
        const auto body = json::parse(request.body, nullptr, false);
        if (!request.is_json() || !body.is_object()) {
            return fail(
                ErrorCode::Invalid, "Send a JSON object with Content-Type application/json."
            );
        }
        return decode_as<T>(body);
    }
    template <class T>
    static http::Response answer(const Result<T>& result, int status = 200) {
        return result ? http::Response::json(encode(describe<T>(), &*result), status)
                      : http::Response::failed(result.error());
    }
    http::Response with(
        const http::Exchange& exchange,
        Result<Tenant> (Tenants::*act)(const users::Caller&, TenantId)
    ) {
        const auto id = tenant_id_of(exchange.request);
        return id ? answer((tenants_.*act)(users::caller_of(exchange), *id))
                  : http::Response::failed(id.error());
    }

    Tenants& tenants_;
};

void add_page_routes(
    http::Router& router, Tenants& tenants, users::Users& users, shell::Shell& shell
) {
    const auto pages = std::make_shared<TenantPages>(tenants, users, shell);
    const auto add = [&](Method method,
                         std::string path,
                         std::string permission,
                         http::Response (TenantPages::*act)(http::Exchange&)) {
        router.add(http::Route{
            .method = method,
            .path = std::move(path),
            .permission = std::move(permission),
            .access = Access::SignedIn,
            .csrf = Csrf::Token,
            .rate = RateClass::Page,
            .handler = [pages, act](http::Exchange& exchange) { return (*pages.*act)(exchange); }});
    };
    add(Method::Get, "/tenants", "tenant:read", &TenantPages::index);
    add(Method::Post, "/tenants", "tenant:create", &TenantPages::create);
    add(Method::Get, "/tenants/new", "tenant:create", &TenantPages::show_new);
    add(Method::Get, "/tenants/{id}", "tenant:read", &TenantPages::show);
    add(Method::Post, "/tenants/{id}", "tenant:update", &TenantPages::update);
    add(Method::Get, "/tenants/{id}/edit", "tenant:update", &TenantPages::show_edit);
    add(Method::Post, "/tenants/{id}/suspension", "tenant:suspend", &TenantPages::suspend);
    add(Method::Post, "/tenants/{id}/resumption", "tenant:suspend", &TenantPages::resume);
    add(Method::Get, "/tenants/{id}/deletion", "tenant:delete", &TenantPages::show_deletion);
    add(Method::Post, "/tenants/{id}/deletion", "tenant:delete", &TenantPages::remove);
}

void add_api_routes(http::Router& router, Tenants& tenants) {
    const auto api = std::make_shared<TenantApi>(tenants);
    struct Named {
        Method method;
        const char* path;
        const char* permission;
        const char* operation;
        const char* summary;
        http::Response (TenantApi::*act)(http::Exchange&);
        const Description* request;
        const Description* response;
    };
    const auto* tenant = &describe<Tenant>();
    for (const auto& named : {
             Named{
                 Method::Get,
                 "",
                 "tenant:read",
                 "listTenants",
                 "Accounts below the one acted in",
                 &TenantApi::list,
                 nullptr,
                 tenant},
             Named{
                 Method::Post,
                 "",
                 "tenant:create",
                 "createTenant",
                 "Create an account, with its first person if named",
                 &TenantApi::create,
                 &describe<CreateTenant>(),
                 &describe<CreatedTenant>()},
             Named{
                 Method::Get,
                 "/{id}",
                 "tenant:read",
                 "getTenant",
                 "One account",
                 &TenantApi::get,
                 nullptr,
                 tenant},
             Named{
                 Method::Patch,
                 "/{id}",
                 "tenant:update",
                 "updateTenant",
                 "Rename an account",
                 &TenantApi::update,
                 &describe<UpdateTenant>(),
                 tenant},
             Named{
                 Method::Delete,
                 "/{id}",
                 "tenant:delete",
                 "deleteTenant",
                 "Delete an account that is empty",
                 &TenantApi::remove,
                 nullptr,
                 nullptr},
             Named{
                 Method::Post,
                 "/{id}/suspension",
                 "tenant:suspend",
                 "suspendTenant",
                 "Suspend an account and those below it",
                 &TenantApi::suspend,
                 nullptr,
                 tenant},
             Named{
                 Method::Delete,
                 "/{id}/suspension",
                 "tenant:suspend",
                 "resumeTenant",
                 "End a suspension",
                 &TenantApi::resume,
                 nullptr,
                 tenant},
         }) {
        const auto act = named.act;
        router.add(http::Route{
            .method = named.method,
            .path = std::string("/api/v1/tenants") + named.path,
            .permission = named.permission,
            .access = Access::SignedIn,
            .csrf = Csrf::None,
            .rate = RateClass::Api,
            .request = named.request,
            .response = named.response,
            .operation = named.operation,
            .summary = named.summary,
            .handler = [api, act](http::Exchange& exchange) { return (*api.*act)(exchange); },
            .api = true,
            .response_is_list = named.method == Method::Get && *named.path == '\0'});
    }
}

}  // namespace

void Tenants::add_routes(http::Router& router) {
    add_page_routes(router, *this, needs_.users, needs_.shell);
    add_api_routes(router, *this);
    needs_.shell.add_source(
        "tenant:read",
        [](db::Transaction& tx, const http::Principal&, const std::string& words) {
            std::vector<view::PaletteItem> items;
            for (const auto& tenant :
                 TenantStore{tx}.list({.words = words, .state = {}, .parent = {}}, 0, 5).tenants) {
                items.push_back(
                    {tenant.name,
                     std::string(kind_label(tenant.kind)),
                     "users",
                     "/tenants/" + tenant.id.to_string()}
                );
            }
            return items;
        }
    );
}

}  // namespace hostelry::tenants
