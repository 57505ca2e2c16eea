#include "core/features/tenants/tenants.h"

#include "core/base/text.h"
#include "core/platform/crypto/token.h"

#include <nlohmann/json.hpp>

namespace hostelry::tenants {
namespace {

constexpr std::string_view kNameOfSql =
    "select id, name, kind from hostelry.tenants where id = $1 and state <> 'deleted'";
constexpr std::string_view kChildrenOfSql =
    "select id, name, kind from hostelry.tenants where parent_id = $1 and state <> 'deleted' order "
    "by lower(name), id";

TenantName read_tenant_name(const db::Row& row) {
    return {row["id"].id<TenantId>(), row["name"].text(), row["kind"].text()};
}

void publish_tenant_event(
    db::Transaction& tx,
    const users::Caller& caller,
    const Tenant& tenant,
    std::string type,
    nlohmann::json data = nlohmann::json::object()
) {
    auto event = users::event_by(caller, std::move(type), tenant.id);
    event.subject_type = "tenant";
    event.subject_id = tenant.id.uuid;
    data["name"] = tenant.name;
    data["kind"] = tenant.kind;
    event.data = data;
    events::publish(tx, event);
    shell::announce(tx, "tenant", tenant.id.uuid, tenant.id);
}

/// Accounts are run from above: nobody suspends, renames or deletes the one they live in.
Result<void> check_may_change(const users::Caller& caller, const Tenant& tenant) {
    if (tenant.is_root() && !caller.may("settings:update")) {
        return fail(ErrorCode::Forbidden, "Only superadmins change the provider's own account.");
    }
    if (!tenant.is_root() && caller.home == tenant.id) {
        return fail(
            ErrorCode::Forbidden, "This is your own account. Whoever manages it must do this."
        );
    }
    return {};
}

Result<void> check_not_root(const Tenant& tenant) {
    if (tenant.is_root()) {
        return fail(
            ErrorCode::Conflict, "The provider's own account can be neither suspended nor deleted."
        );
    }
    return {};
}

}  // namespace

std::optional<TenantName> name_of(db::Transaction& tx, TenantId tenant) {
    const auto row = tx.query_optional(kNameOfSql, tenant);
    return row ? std::optional{read_tenant_name(*row)} : std::nullopt;
}

std::vector<TenantName> children_of(db::Transaction& tx, TenantId tenant) {
    std::vector<TenantName> children;
    for (const auto& row : tx.query(kChildrenOfSql, tenant)) {
        children.push_back(read_tenant_name(row));
    }
    return children;
}

Result<CreatedTenant> Tenants::create(
    const users::Caller& caller,
    const CreateTenant& request,
    const std::optional<std::string>& request_key
) {
    if (auto problems = problems_of(request); !problems.empty()) {
        return fail_fields(std::move(problems));
    }
    std::optional<UserId> person;
    auto made =
        needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<Tenant> {
            const auto tenant = TRY(make(tx, caller, request, request_key));
            if (!request.has_person()) {
                return tenant;
            }
            const auto there = needs_.users.of_tenant(tx, tenant.id);
            if (!there.empty()) {  // The creation was sent twice.
                person = there.front().id;
                return tenant;
            }
            users::CreateUser first;
            first.tenant = tenant.id;
            first.name = request.person_name;
            first.email = request.person_email;
            first.role = request.kind;
            first.time_zone = request.time_zone;
            auto user = needs_.users.create_in(tx, caller, first, std::nullopt);
            if (!user) {
                for (auto& problem : user.error().fields) {
                    problem.field = problem.field == "email"  ? "person_email"
                                    : problem.field == "name" ? "person_name"
                                                              : problem.field;
                }
                return tl::unexpected(std::move(user).error());
            }
            person = user->id;
            return TenantStore{tx}.get(tenant.id);
        });
    if (!made) {
        return tl::unexpected(std::move(made).error());
    }
    CreatedTenant created{*std::move(made), std::nullopt};
    if (person) {
        created.password_link = TRY(needs_.users.make_password_link(caller, *person));
    }
    return created;
}

Result<Tenant> Tenants::make(
    db::Transaction& tx,
    const users::Caller& caller,
    const CreateTenant& request,
    const std::optional<std::string>& request_key
) {
    TenantStore store{tx};
    const auto parent = TRY(store.get_locked(request.parent.value_or(caller.tenant)));
    if (!parent.may_have_children()) {
        return fail(
            ErrorCode::Conflict,
            "A client has no clients of its own. Act as the reseller or provider first."
        );
    }
    if (request_key) {
        if (auto made_before = store.find_by_request_key(parent.id, *request_key)) {
            return *std::move(made_before);
        }
    }
    Tenant tenant;
    tenant.id = TenantId::make(needs_.clock, needs_.random);
    tenant.parent = parent.id;
    tenant.name = std::string(trim(request.name));
    tenant.kind = request.kind;
    tenant.created_at = needs_.clock.now();
    store.insert(tenant, free_slug(store, parent.id, tenant.name), request_key);
    publish_tenant_event(tx, caller, tenant, "tenant.created");
    return store.get(tenant.id);
}

/// The parent is locked, so what is free stays free.
std::string Tenants::free_slug(TenantStore& store, TenantId parent, const std::string& name) {
    const auto plain = slug_of(name);
    auto slug = plain;
    while (store.has_slug(parent, slug)) {
        slug = plain + "-" + crypto::make_name(needs_.random, 6);
    }
    return slug;
}

Result<Tenant> Tenants::get(const users::Caller& caller, TenantId id) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) {
        return TenantStore{tx}.get(id);
    });
}

Result<TenantPage> Tenants::list(
    const users::Caller& caller,
    const TenantFilter& filter,
    std::int64_t offset,
    std::int64_t count_max
) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<TenantPage> {
        return TenantStore{tx}.list(filter, offset, count_max);
    });
}

Result<Tenant> Tenants::update(
    const users::Caller& caller, TenantId id, const UpdateTenant& request
) {
    if (auto problems = problems_of(request); !problems.empty()) {
        return fail_fields(std::move(problems));
    }
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<Tenant> {
        TenantStore store{tx};
        auto tenant = TRY(store.get_locked(id));
        TRY(check_may_change(caller, tenant));
        const auto before = tenant.name;
        tenant.name = std::string(trim(request.name));
        store.rename(id, tenant.name);
        publish_tenant_event(
            tx, caller, tenant, "tenant.updated", {{"before", {{"name", before}}}}
        );
        return tenant;
    });
}

Result<Tenant> Tenants::suspend(const users::Caller& caller, TenantId id) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<Tenant> {
        TenantStore store{tx};
        const auto tenant = TRY(store.get_locked(id));
        TRY(check_may_change(caller, tenant));
        TRY(check_not_root(tenant));
        if (!tenant.is_suspended()) {
            store.set_state(id, "suspended", needs_.clock.now());
            needs_.users.end_sessions_below(tx, id);
            publish_tenant_event(tx, caller, tenant, "tenant.suspended");
        }
        return store.get(id);
    });
}

Result<Tenant> Tenants::resume(const users::Caller& caller, TenantId id) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<Tenant> {
        TenantStore store{tx};
        const auto tenant = TRY(store.get_locked(id));
        TRY(check_may_change(caller, tenant));
        if (tenant.is_suspended()) {
            store.set_state(id, "active", std::nullopt);
            publish_tenant_event(tx, caller, tenant, "tenant.resumed");
        }
        return store.get(id);
    });
}

Result<void> Tenants::remove(const users::Caller& caller, TenantId id) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<void> {
        TenantStore store{tx};
        const auto tenant = TRY(store.get_locked(id));
        TRY(check_may_change(caller, tenant));
        TRY(check_not_root(tenant));
        TRY(check_empty(tx, tenant));
        needs_.users.remove_all_in(tx, caller, id);
        store.mark_deleted(id);
        publish_tenant_event(tx, caller, tenant, "tenant.deleted");
        return {};
    });
}

Result<void> Tenants::check_empty(db::Transaction& tx, const Tenant& tenant) const {
    std::vector<std::string> left;
    const auto note = [&left](std::int64_t count, const std::string& one, const std::string& many) {
        if (count > 0) {
            left.push_back(std::to_string(count) + " " + (count == 1 ? one : many));
        }
    };
    note(tenant.children, "client account", "client accounts");
    for (const auto& holding : holdings_) {
        note(holding.count(tx, tenant.id), holding.one, holding.many);
    }
    if (left.empty()) {
        return {};
    }
    return fail(
        ErrorCode::Conflict,
        tenant.name + " still has " + join(left, ", ") + ". Delete these first."
    );
}

}  // namespace hostelry::tenants
