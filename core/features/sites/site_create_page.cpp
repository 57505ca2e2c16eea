#include "core/features/sites/site_create_page.h"

#include "core/features/sites/site_options.h"
#include "core/platform/names/domain_name.h"
#include "core/platform/web/described_fields.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace hostelry::sites {
namespace {

using plugin_host::FieldType;
using plugin_host::FormField;

std::string error_of(const std::vector<FieldError>& errors, const std::string& field) {
    const auto found = std::find_if(errors.begin(), errors.end(), [&](const FieldError& one) {
        return one.field == field;
    });
    return found == errors.end() ? "" : found->message;
}

std::string default_of(const FormField& field) {
    if (!field.default_value) {
        return {};
    }
    const auto value = nlohmann::json::parse(*field.default_value, nullptr, false);
    return value.is_string() ? value.get<std::string>() : *field.default_value;
}

std::string typed_or_default(const FormField& field, const CreateSite& typed) {
    const auto found = typed.options.find(field.name);
    return found == typed.options.end() ? default_of(field) : found->second;
}

void describe_control(
    view::FieldText& control, const FormField& field, const std::vector<FieldError>& errors
) {
    control.name = "options." + field.name;
    control.label = field.title;
    control.hint = field.description;
    control.error = error_of(errors, control.name);
    control.required = field.required && !field.generate_password;
}

view::TextKind text_kind(const FormField& field) {
    if (field.type == FieldType::Integer) {
        return view::TextKind::Number;
    }
    return field.format == "email" ? view::TextKind::Email
           : field.format == "uri" ? view::TextKind::Url
                                   : view::TextKind::Text;
}

view::Field option_field(
    const FormField& field, const CreateSite& typed, const std::vector<FieldError>& errors
) {
    if (field.secret) {
        view::PasswordField control;
        describe_control(control, field, errors);
        control.autocomplete = "new-password";
        return control;
    }
    if (!field.choices.empty() || field.type == FieldType::Boolean) {
        view::SelectField control;
        describe_control(control, field, errors);
        control.value = typed_or_default(field, typed);
        for (const auto& [value, label] : field.choices) {
            control.options.push_back({.value = value, .label = label});
        }
        if (field.type == FieldType::Boolean) {
            control.options = {
                {.value = "true", .label = "Yes"}, {.value = "false", .label = "No"}};
        }
        return control;
    }
    view::TextField control;
    describe_control(control, field, errors);
    control.kind = text_kind(field);
    control.value = typed_or_default(field, typed);
    control.autocomplete = field.format == "email" ? "email" : "off";
    return control;
}

const SiteTemplate* shown_template_of(const SiteChoices& choices, const std::string& id) {
    for (const auto& one : choices.templates) {
        if (one.id == id) {
            return &one;
        }
    }
    return choices.templates.empty() ? nullptr : &choices.templates.front();
}

view::RadioCards template_cards(
    const SiteChoices& choices, const SiteTemplate* shown, const std::vector<FieldError>& errors
) {
    view::RadioCards cards;
    cards.name = "template";
    cards.label = "Template";
    cards.required = true;
    cards.error = error_of(errors, "template");
    cards.value = shown == nullptr ? "" : shown->id;
    for (const auto& one : choices.templates) {
        cards.cards.push_back(
            {.value = one.id,
             .title = one.title,
             .description = one.summary,
             .icon = one.icon.empty() ? "globe" : one.icon,
             .price = {},
             .price_unit = {}}
        );
    }
    return cards;
}

view::TextField domain_field(const CreateSite& typed, const std::vector<FieldError>& errors) {
    const auto& facts = describe<CreateSite>().find("domain")->facts;
    view::TextField field;
    field.name = "domain";
    field.label = facts.label;
    field.hint = facts.help;
    field.error = error_of(errors, "domain");
    field.required = true;
    field.value = typed.domain;
    field.placeholder = facts.placeholder;
    field.autocomplete = "off";
    field.inputmode = "url";
    return field;
}

std::optional<view::SelectField> server_field(
    const SiteChoices& choices, const CreateSite& typed, const std::vector<FieldError>& errors
) {
    const std::string error = error_of(errors, "server");
    if (choices.servers.size() < 2 && error.empty()) {
        return std::nullopt;
    }
    view::SelectField field;
    field.name = "server";
    field.label = "Server";
    field.error = error;
    field.value = typed.server ? typed.server->to_string() : "";
    field.options.push_back({.value = "", .label = "Best fit"});
    for (const auto& server : choices.servers) {
        field.options.push_back(
            {.value = server.id.to_string(),
             .label = server.is_ready ? server.name : server.name + " (not ready)",
             .disabled = !server.is_ready}
        );
    }
    return field;
}

std::vector<view::Field> advanced_fields(
    const SiteChoices& choices,
    const SiteTemplate& shown,
    const CreateSite& typed,
    const std::vector<FieldError>& errors
) {
    if (!shown.needs_php) {
        return {};
    }
    std::set<std::string> versions;
    for (const auto& server : choices.servers) {
        versions.insert(server.php_versions.begin(), server.php_versions.end());
    }
    view::SelectField field;
    field.name = "php_version";
    field.label = "PHP version";
    field.hint = "The newest that fits, unless you need another.";
    field.error = error_of(errors, "php_version");
    field.value = typed.php_version;
    field.options.push_back({.value = "", .label = "Newest"});
    for (const auto& version : versions) {
        const auto& known = shown.php_versions;
        if (known.empty() || std::find(known.begin(), known.end(), version) != known.end()) {
            field.options.push_back({.value = version, .label = "PHP " + version});
        }
    }
    return {field};
}

std::optional<view::Note> nothing_to_choose(const SiteChoices& choices) {
    const bool has_server =
        std::any_of(choices.servers.begin(), choices.servers.end(), [](const auto& server) {
            return server.is_ready;
        });
    if (choices.templates.empty()) {
        return view::Note{
            .kind = view::NoteKind::Warning,
            .title = "No site template is loaded yet",
            .text =
                "They appear within a minute after the panel's start. If they do not, the operator "
                "finds the "
                "reason under Plugins.",
            .actions = {}};
    }
    if (!has_server) {
        return view::Note{
            .kind = view::NoteKind::Warning,
            .title = "No server is ready for sites yet",
            .text =
                "Whoever runs this panel adds a server, or offers one to your account. Ask them; "
                "the "
                "site can be created as soon as it is there.",
            .actions = {}};
    }
    return std::nullopt;
}

}  // namespace

void ask_for_proof(CreateSitePage& page, const DomainProof& proof) {
    const auto shown = names::domain_for_people(proof.domain);
    page.proof = DomainProofView{shown, proof.record_name, proof.record_value};
    page.domain.error =
        "The record that shows " + shown + " to be yours is not there yet; see below.";
    page.submit.label = "Check again and create";
}

CreateSitePage create_site_page_of(
    const SiteChoices& choices,
    const CreateSite& typed,
    const std::vector<FieldError>& errors,
    const std::string& request_key
) {
    const SiteTemplate* shown = shown_template_of(choices, typed.template_id);
    CreateSitePage page{
        .head =
            {.breadcrumbs = {{"Sites", "/sites"}},
             .title = "Create site",
             .chip = {},
             .summary = "One application with its domain, certificate and database.",
             .actions = {},
             .menu = {}},
        .form =
            {.id = "site-form",
             .action = "/sites",
             .idempotency_key = request_key,
             .errors = view::error_summary_of(errors, "Nothing was created.")},
        .nothing_to_choose = nothing_to_choose(choices),
        .templates = template_cards(choices, shown, errors),
        .shown_template = shown == nullptr ? "" : shown->id,
        .domain = domain_field(typed, errors),
        .server = server_field(choices, typed, errors),
        .submit = {.label = "Create site", .icon = "rocket", .cancel_href = "/sites"},
    };
    page.www.name = "www";
    page.www.label = "Answer to www. in front of it too";
    page.www.checked = typed.www;
    page.www.error = error_of(errors, "www");
    for (const auto& one : choices.templates) {
        page.links.push_back({.title = one.title, .href = "/sites/new?template=" + one.id});
    }
    if (shown == nullptr) {
        return page;
    }
    page.options_title = shown->title;
    page.options_text = shown->summary;
    if (const auto schema = schema_of(*shown)) {
        for (const auto& field : schema->fields()) {
            page.options.push_back(option_field(field, typed, errors));
        }
    }
    page.advanced_fields = advanced_fields(choices, *shown, typed, errors);
    if (!page.advanced_fields.empty()) {
        page.advanced = view::AdvancedFields{
            .id = "advanced",
            .summary = "PHP version",
            .open = !error_of(errors, "php_version").empty()};
    }
    return page;
}

}  // namespace hostelry::sites
