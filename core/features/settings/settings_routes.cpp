#include "core/features/settings/settings.h"
#include "core/features/settings/settings_views.h"
#include "core/features/shell/form_page.h"
#include "core/platform/http/api.h"
#include "core/platform/web/described_fields.h"

#include "templates/settings/index.cpt.h"

namespace hostelry::settings {
namespace {

http::Response settings_page(
    Settings& settings, shell::Shell& shell, http::Exchange& exchange, const Error* error
) {
    const auto values = settings.values();
    if (!values) {
        return http::Response::failed(values.error());
    }
    const auto& errors = shell::field_errors_of(error);
    const auto shown = error != nullptr ? exchange.request.form() : view::shown_values(*values);
    SettingsPage page;
    page.frame = shell.frame(
        exchange, {.title = "Settings", .section = "settings", .topics = {}, .narrow = true}
    );
    page.head = {
        .title = "Settings",
        .summary =
            "Of the whole installation. Empty fields mean what the configuration file says."};
    page.form = {
        .id = "settings",
        .action = "/settings",
        .idempotency_key = {},
        .errors = shell::summary_of(error, "Nothing was saved."),
        .whole_page = true};
    page.panel = view::described_fields(
        describe<SettingValues>(), shown, errors, {"product_name", "public_url"}
    );
    page.certificates =
        view::described_fields(describe<SettingValues>(), shown, errors, {"acme_contact"});
    page.may_change = exchange.signed_in().may("settings:update");
    page.facts = {
        {.label = "Name of the panel", .value = {.text = values->product_name}},
        {.label = "Public address", .value = {.text = values->public_url}},
        {.label = "Contact for certificates",
         .value = {.text = values->acme_contact.empty() ? "None" : values->acme_contact}}};
    return shell.page(
        exchange,
        [&](view::Out& out) { views::settings::index(out, page); },
        shell::form_status(error)
    );
}

http::Response save_settings(Settings& settings, shell::Shell& shell, http::Exchange& exchange) {
    const auto request = decode_form_as<SettingValues>(exchange.request.form());
    if (!request) {
        return settings_page(settings, shell, exchange, &request.error());
    }
    const auto saved = settings.update(users::caller_of(exchange), *request);
    if (!saved) {
        return saved.error().code == ErrorCode::Invalid
                   ? settings_page(settings, shell, exchange, &saved.error())
                   : http::Response::failed(saved.error());
    }
    auto response = http::Response::go_to(exchange.request, "/settings");
    shell::Shell::flash(response, "Saved.");
    return response;
}

/// Absent members stay as they are.
Result<SettingValues> patch_settings(Settings& settings, const http::Exchange& exchange) {
    const auto present = TRY(settings.values());
    const auto request = TRY(http::patch_as(exchange.request, present));
    return settings.update(users::caller_of(exchange), request);
}

}  // namespace

void Settings::add_routes(http::Router& router) {
    using http::Exchange;
    using http::Method;
    auto& shell = needs_.shell;
    const auto* described = &describe<SettingValues>();
    shell.set_product([this] { return values_or_defaults().product_name; });
    router.add(http::page_route(
        Method::Get,
        "/settings",
        "settings:read",
        [this, &shell](Exchange& exchange) {
            return settings_page(*this, shell, exchange, nullptr);
        }
    ));
    router.add(http::page_route(
        Method::Post,
        "/settings",
        "settings:update",
        [this, &shell](Exchange& exchange) { return save_settings(*this, shell, exchange); }
    ));
    router.add(http::api_route(
        {.method = Method::Get,
         .path = "/settings",
         .permission = "settings:read",
         .operation = "getSettings",
         .summary = "Settings of the installation",
         .response = described},
        [this](Exchange&) { return http::answered(values()); }
    ));
    router.add(http::api_route(
        {.method = Method::Patch,
         .path = "/settings",
         .permission = "settings:update",
         .operation = "updateSettings",
         .summary = "Change settings; absent members stay",
         .request = described,
         .response = described},
        [this](Exchange& exchange) { return http::answered(patch_settings(*this, exchange)); }
    ));
}

}  // namespace hostelry::settings
