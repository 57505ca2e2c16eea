#include "core/features/sites/site_template_api.h"

#include "core/features/sites/site_options.h"
#include "core/features/sites/sites.h"
#include "core/platform/http/api.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hostelry::sites {
namespace {

using http::Exchange;
using nlohmann::json;

const char* type_of(plugin_host::FieldType type) {
    switch (type) {
        case plugin_host::FieldType::Boolean:
            return "boolean";
        case plugin_host::FieldType::Integer:
            return "integer";
        case plugin_host::FieldType::Text:
            break;
    }
    return "string";
}

std::string plain_text(const std::string& json_text) {
    const auto value = json::parse(json_text, nullptr, false);
    return value.is_string() ? value.get<std::string>() : json_text;
}

TemplateOption option_of(const plugin_host::FormField& field) {
    TemplateOption option{
        .name = field.name,
        .type = type_of(field.type),
        .title = field.title,
        .description = field.description,
        .required = field.required && !field.generate_password && !field.default_value,
        .secret = field.secret,
        .generated = field.generate_password,
        .default_value = field.default_value ? plain_text(*field.default_value) : "",
        .format = field.format,
        .min = field.min,
        .max = field.max};
    for (const auto& [value, label] : field.choices) {
        option.choices.push_back(value);
    }
    return option;
}

Result<std::vector<SiteTemplateAnswer>> all_templates(Sites& sites, const Exchange& x) {
    const auto found = TRY(sites.templates(users::caller_of(x)));
    std::vector<SiteTemplateAnswer> answers;
    answers.reserve(found.size());
    for (const auto& one : found) {
        answers.push_back(TRY(template_answer_of(one)));
    }
    return answers;
}

Result<SiteTemplateAnswer> asked_template(Sites& sites, const Exchange& x) {
    const auto found = TRY(sites.templates(users::caller_of(x)));
    const auto id = x.request.param("id");
    const auto one = std::find_if(found.begin(), found.end(), [&](const SiteTemplate& each) {
        return each.id == id;
    });
    if (one == found.end()) {
        return fail(ErrorCode::NotFound, "There is no such site template.");
    }
    return template_answer_of(*one);
}

}  // namespace

Result<SiteTemplateAnswer> template_answer_of(const SiteTemplate& site_template) {
    const auto schema = TRY(schema_of(site_template));
    SiteTemplateAnswer answer{
        .id = site_template.id,
        .title = site_template.title,
        .summary = site_template.summary,
        .plugin = site_template.plugin,
        .needs_database = site_template.needs_database,
        .php_versions = site_template.php_versions};
    for (const auto& field : schema.fields()) {
        auto option = option_of(field);
        answer.takes.push_back(option.name + (option.required ? "*" : ""));
        answer.options.push_back(std::move(option));
    }
    return answer;
}

void add_site_template_api(http::Router& router, Sites& sites) {
    const auto* answer = &describe<SiteTemplateAnswer>();
    router.add(http::api_route(
        {.method = http::Method::Get,
         .path = "/site-templates",
         .permission = "site:read",
         .operation = "listSiteTemplates",
         .summary = "What can run as a site",
         .response = answer,
         .is_list = true},
        [&sites](Exchange& x) { return http::listed(all_templates(sites, x)); }
    ));
    router.add(http::api_route(
        {.method = http::Method::Get,
         .path = "/site-templates/{id}",
         .permission = "site:read",
         .operation = "getSiteTemplate",
         .summary = "One site template with its options",
         .response = answer},
        [&sites](Exchange& x) { return http::answered(asked_template(sites, x)); }
    ));
}

}  // namespace hostelry::sites

template <>
const hostelry::Description& hostelry::describe<hostelry::sites::TemplateOption>() {
    using hostelry::sites::TemplateOption;
    static const Description kDescription{
        "TemplateOption",
        {
            field<&TemplateOption::name>("name", {.label = "Option"}),
            field<&TemplateOption::title>("title", {.label = "Title"}),
            field<&TemplateOption::type>("type", {.label = "Type"}),
            field<&TemplateOption::required>("required", {.label = "Required"}),
            field<&TemplateOption::default_value>("default", {.label = "Default"}),
            field<&TemplateOption::choices>("choices", {.label = "Choices"}),
            field<&TemplateOption::generated>(
                "generated", {.label = "Generated", .help = "The panel makes one when left out."}
            ),
            field<&TemplateOption::secret>(
                "secret", {.label = "Secret", .help = "Stored sealed and never shown again."}
            ),
            field<&TemplateOption::format>("format", {.label = "Format"}),
            field<&TemplateOption::min>(
                "min", {.label = "Least", .help = "Length of text, value of integers."}
            ),
            field<&TemplateOption::max>("max", {.label = "Most", .help = "0 with no limit."}),
            field<&TemplateOption::description>("description", {.label = "Description"}),
        }};
    return kDescription;
}

template <>
const hostelry::Description& hostelry::describe<hostelry::sites::SiteTemplateAnswer>() {
    using hostelry::sites::SiteTemplateAnswer;
    static const Description kDescription{
        "SiteTemplate",
        {
            field<&SiteTemplateAnswer::id>(
                "id", {.label = "Template", .help = "What `template` of a new site takes."}
            ),
            field<&SiteTemplateAnswer::title>("title", {.label = "Title"}),
            field<&SiteTemplateAnswer::summary>("summary", {.label = "Summary"}),
            field<&SiteTemplateAnswer::plugin>("plugin", {.label = "Plugin"}),
            field<&SiteTemplateAnswer::needs_database>("needs_database", {.label = "Database"}),
            field<&SiteTemplateAnswer::php_versions>("php_versions", {.label = "PHP versions"}),
            field<&SiteTemplateAnswer::takes>(
                "takes", {.label = "Options", .help = "Those that end in * must be given."}
            ),
            field<&SiteTemplateAnswer::options>(
                "options", {.label = "Options in full", .help = "What `options` may hold."}
            ),
        }};
    return kDescription;
}
