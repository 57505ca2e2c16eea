#include "core/features/settings/settings.h"
#include "core/features/settings/settings_views.h"
#include "core/platform/web/described_fields.h"

#include "templates/settings/index.cpt.h"

#include <nlohmann/json.hpp>

namespace hostelry::settings {
namespace {

using nlohmann::json;

http::Response settings_page(
    Settings& settings, shell::Shell& shell, http::Exchange& exchange, const Error* error
) {
    const auto values = settings.values();
    if (!values) {
        return http::Response::failed(values.error());
    }
    const auto errors = error != nullptr ? error->fields : std::vector<FieldError>{};
    const auto shown = error != nullptr ? exchange.request.form() : view::shown_values(*values);
    SettingsPage page;
    page.shell = shell.frame(
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
        .errors = view::error_summary_of(errors, "Nothing was saved."),
        .whole_page = true};
    if (error != nullptr && errors.empty()) {
        page.form.errors = {.title = error->message, .messages = {}};
    }
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
        error == nullptr ? 200 : 422
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

http::Response answer(const Result<SettingValues>& values) {
    return values ? http::Response::json(encode(describe<SettingValues>(), &*values))
                  : http::Response::failed(values.error());
}

/// Absent members stay as they are.
http::Response patch_settings(Settings& settings, http::Exchange& exchange) {
    const auto present = settings.values();
    const auto body = json::parse(exchange.request.body, nullptr, false);
    if (!present || !exchange.request.is_json() || !body.is_object()) {
        return http::Response::failed(
            present
                ? fail(ErrorCode::Invalid, "Send a JSON object with Content-Type application/json.")
                      .value()
                : present.error()
        );
    }
    auto merged = encode(describe<SettingValues>(), &*present);
    merged.update(body);
    const auto request = decode_as<SettingValues>(merged);
    return request ? answer(settings.update(users::caller_of(exchange), *request))
                   : http::Response::failed(request.error());
}

http::Route settings_route(
    http::Method method, std::string path, std::string permission, http::RateClass rate
) {
    return {
        .method = method,
        .path = std::move(path),
        .permission = std::move(permission),
        .access = http::Access::SignedIn,
        .csrf = rate == http::RateClass::Api ? http::Csrf::None : http::Csrf::Token,
        .rate = rate};
}

}  // namespace

void Settings::add_routes(http::Router& router) {
    using http::Method;
    using http::RateClass;
    auto& shell = needs_.shell;
    shell.set_product([this] { return values_or_defaults().product_name; });
    auto show = settings_route(Method::Get, "/settings", "settings:read", RateClass::Page);
    show.handler = [this, &shell](http::Exchange& exchange) {
        return settings_page(*this, shell, exchange, nullptr);
    };
    router.add(std::move(show));
    auto save = settings_route(Method::Post, "/settings", "settings:update", RateClass::Page);
    save.handler = [this, &shell](http::Exchange& exchange) {
        return save_settings(*this, shell, exchange);
    };
    router.add(std::move(save));

    auto get = settings_route(Method::Get, "/api/v1/settings", "settings:read", RateClass::Api);
    get.api = true;
    get.operation = "getSettings";
    get.summary = "Settings of the installation";
    get.response = &describe<SettingValues>();
    get.handler = [this](http::Exchange&) { return answer(values()); };
    router.add(std::move(get));
    auto patch =
        settings_route(Method::Patch, "/api/v1/settings", "settings:update", RateClass::Api);
    patch.api = true;
    patch.operation = "updateSettings";
    patch.summary = "Change settings; absent members stay";
    patch.request = &describe<SettingValues>();
    patch.response = &describe<SettingValues>();
    patch.handler = [this](http::Exchange& exchange) { return patch_settings(*this, exchange); };
    router.add(std::move(patch));
}

}  // namespace hostelry::settings
