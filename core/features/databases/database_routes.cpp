#include "core/features/databases/database_types.h"
#include "core/features/databases/database_views.h"
#include "core/features/databases/databases.h"
#include "core/features/jobs/jobs.h"
#include "core/features/shell/list_page.h"
#include "core/platform/http/api.h"
#include "core/platform/names/domain_name.h"
#include "core/platform/web/reader_time.h"

#include "templates/databases/index.cpt.h"
#include "templates/databases/show.cpt.h"

namespace hostelry::databases {
namespace {

using http::Exchange;
using http::Method;
using http::Response;

constexpr std::int64_t kPageRows = 25;
constexpr std::int64_t kApiRows = 100;

Result<DatabaseId> id_of(const http::Request& request) {
    const auto id = DatabaseId::parse(request.param("id"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such database.");
    }
    return *id;
}

view::Value size_of(const SiteDatabase& database) {
    if (!database.size_bytes) {
        const std::string why =
            database.measure_error.empty() ? "It was not measured yet." : database.measure_error;
        return {.text = {}, .unit = {}, .missing = view::Na{why}};
    }
    return view::size_value(*database.size_bytes);
}

DatabaseRow row_of(const SiteDatabase& database) {
    return {
        .id = database.id.to_string(),
        .name = database.name,
        .site_domain = names::domain_for_people(database.site_domain),
        .site_href = "/sites/" + database.site.to_string(),
        .account = database.tenant_name,
        .size = size_of(database),
        .measured_at = database.measured_at};
}

const shell::ListDescription& database_list() {
    using view::Priority;
    static const shell::ListDescription kList{
        .path = "/databases",
        .section = "databases",
        .title = "Databases",
        .noun = {"database", "databases"},
        .icon = "database",
        .placeholder = "Filter by site or name",
        .parameters = {{"q"}},
        .columns =
            {{.label = "Database"},
             {.label = "Site"},
             {.label = "Account", .priority = Priority::WideOnly},
             {.label = "Size", .is_number = true},
             {.label = "Measured", .priority = Priority::DesktopOnly}},
        .nothing_yet = {
            .title = "No databases yet",
            .text = "A site that needs one gets it when it is created."}};
    return kList;
}

DatabasesPage list_page_of(const shell::ListQuery& query, const DatabasePage& found) {
    DatabasesPage page;
    page.head.summary =
        shell::counted(found.matching, database_list().noun) + ". Each belongs to a site.";
    page.list = query.list(
        {.shown = static_cast<std::int64_t>(found.databases.size()),
         .matching = found.matching,
         .pager =
             {.previous_href = query.key("after").empty() ? "" : query.href(),
              .next_href = query.href_at("after", found.next)}}
    );
    for (const auto& database : found.databases) {
        page.rows.push_back(row_of(database));
    }
    return page;
}

view::Fact text_fact(std::string label, std::string text, std::string href = {}) {
    return {
        .label = std::move(label),
        .value = {.text = std::move(text), .unit = {}, .missing = {}},
        .href = std::move(href),
        .chip = {},
        .moment = {},
        .used_percent = {}};
}

view::Facts facts_of(const SiteDatabase& database) {
    view::Facts facts{
        text_fact(
            "Site",
            names::domain_for_people(database.site_domain),
            "/sites/" + database.site.to_string()
        ),
        text_fact("User", database.user_name),
        text_fact("Account", database.tenant_name)};
    view::Fact size = text_fact("Size", "");
    size.value = size_of(database);
    facts.push_back(std::move(size));
    view::Fact tables = text_fact("Tables", std::to_string(database.table_count.value_or(0)));
    if (!database.table_count) {
        tables.value.missing = view::Na{"It was not measured yet."};
    }
    facts.push_back(std::move(tables));
    view::Fact made = text_fact("Created", "");
    made.moment = database.created_at;
    facts.push_back(std::move(made));
    return facts;
}

DatabasePageView show_page_of(const SiteDatabase& database, const http::Principal& principal) {
    DatabasePageView page{
        .head =
            {.breadcrumbs = {{"Databases", "/databases"}},
             .title = database.name,
             .chip = view::Chip{.status = view::Status::Ready, .word = {}, .detail = {}},
             .summary = "Database of " + names::domain_for_people(database.site_domain),
             .actions = {},
             .menu = {}},
        .facts = facts_of(database)};
    if (!database.is_made) {
        page.head.chip = view::Chip{
            .status = view::Status::Unknown,
            .word = "Not there",
            .detail = "It is made with its site."};
    } else if (database.is_resetting) {
        page.head.chip =
            view::Chip{.status = view::Status::Working, .word = "New password", .detail = {}};
    } else if (principal.may("database:update")) {
        page.head.actions.push_back(
            {.label = "Reset password",
             .icon = "key-round",
             .href = "/databases/" + database.id.to_string() + "/password",
             .kind = view::ActionKind::Post,
             .name = {},
             .value = {},
             .swap_target = {}}
        );
    }
    return page;
}

}  // namespace

void Databases::add_routes(http::Router& router) {
    add_pages(router);
    add_api(router);
    needs_.shell.add_topic("database", [](db::Transaction& tx, const Uuid& id) {
        return DatabaseStore{tx}.find(DatabaseId{id}).has_value();
    });
}

void Databases::add_pages(http::Router& router) {
    const auto add =
        [&](Method method, const char* path, const char* permission, http::Handler handler) {
            router.add(http::page_route(method, path, permission, std::move(handler)));
        };
    add(Method::Get, "/databases", "database:read", [this](Exchange& x) {
        const shell::ListQuery query(database_list(), x);
        const auto found = list(users::caller_of(x), query.words(), query.key("after"), kPageRows);
        if (!found) {
            return Response::failed(found.error());
        }
        DatabasesPage page = list_page_of(query, *found);
        return shell::list_answer(
            needs_.shell, x, query, page, views::databases::list_part, views::databases::index
        );
    });
    add(Method::Get, "/databases/{id}", "database:read", [this](Exchange& x) {
        const auto id = id_of(x.request);
        const auto found = id ? get(users::caller_of(x), *id) : tl::unexpected(id.error());
        if (!found) {
            return Response::failed(found.error());
        }
        DatabasePageView page = show_page_of(*found, x.signed_in());
        if (x.signed_in().may("job:read")) {
            page.job = jobs::latest_card(
                needs_.database, x.signed_in(), needs_.clock.now(), "database", found->id.uuid
            );
        }
        page.frame = needs_.shell.frame(
            x,
            {.title = found->name,
             .section = "databases",
             .topics = {"database:" + found->id.to_string()}}
        );
        page.activity = needs_.shell.activity(x, found->id.uuid);
        return needs_.shell.page(x, [&](view::Out& out) { views::databases::show(out, page); });
    });
    add(Method::Post, "/databases/{id}/password", "database:update", [this](Exchange& x) {
        const auto id = id_of(x.request);
        const auto reset =
            id ? reset_password(users::caller_of(x), *id) : tl::unexpected(id.error());
        if (!reset) {
            return Response::failed(reset.error());
        }
        auto response = Response::go_to(x.request, "/databases/" + id->to_string());
        shell::Shell::flash(response, "A new password is on its way. The site gets it by itself.");
        return response;
    });
}

void Databases::add_api(http::Router& router) {
    const auto add = [&](const http::ApiOperation& operation, http::Handler handler) {
        router.add(http::api_route(operation, std::move(handler)));
    };
    add({.method = Method::Get,
         .path = "/databases",
         .permission = "database:read",
         .operation = "listDatabases",
         .summary = "Databases of sites",
         .query = &describe<ListDatabases>(),
         .response = &describe<DatabaseAnswer>(),
         .is_list = true},
        [this](Exchange& x) {
            const auto asked = http::query_as<ListDatabases>(x.request);
            const auto found = asked
                                   ? list(users::caller_of(x), asked->words, asked->after, kApiRows)
                                   : tl::unexpected(asked.error());
            if (!found) {
                return Response::failed(found.error());
            }
            std::vector<DatabaseAnswer> answers;
            for (const auto& database : found->databases) {
                answers.push_back(answer_of(database));
            }
            return http::listed(answers, found->next);
        });
    add({.method = Method::Get,
         .path = "/databases/{id}",
         .permission = "database:read",
         .operation = "getDatabase",
         .summary = "One database",
         .response = &describe<DatabaseAnswer>()},
        [this](Exchange& x) {
            const auto read = [&]() -> Result<DatabaseAnswer> {
                const auto id = TRY(id_of(x.request));
                const auto found = TRY(get(users::caller_of(x), id));
                return answer_of(found);
            };
            return http::answered(read());
        });
    add({.method = Method::Post,
         .path = "/databases/{id}/password",
         .permission = "database:update",
         .operation = "resetDatabasePassword",
         .summary = "Give a database a new password; its site is told",
         .response = &describe<PasswordResetAnswer>()},
        [this](Exchange& x) {
            const auto act = [&]() -> Result<PasswordResetAnswer> {
                const auto id = TRY(id_of(x.request));
                const auto reset = TRY(reset_password(users::caller_of(x), id));
                return PasswordResetAnswer{reset.job.to_string()};
            };
            return http::answered(act(), 202);
        });
}

}  // namespace hostelry::databases
