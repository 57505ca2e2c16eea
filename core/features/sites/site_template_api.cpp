#include "core/features/sites/site_template_api.h"

#include "core/features/sites/site_options.h"
#include "core/features/sites/sites.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hostelry::sites {
namespace {

using http::Exchange;
using http::Response;
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

json template_json(const SiteTemplateAnswer& answer) {
    return encode(describe<SiteTemplateAnswer>(), &answer);
}

Response list_templates(Sites& sites, Exchange& x) {
    const auto found = sites.templates(users::caller_of(x));
    if (!found) {
        return Response::failed(found.error());
    }
    json items = json::array();
    for (const auto& one : *found) {
        const auto answer = template_answer_of(one);
        if (!answer) {
            return Response::failed(answer.error());
        }
        items.push_back(template_json(*answer));
    }
    return Response::json({{"items", std::move(items)}, {"next", nullptr}});
}

Response get_template(Sites& sites, Exchange& x) {
    const auto found = sites.templates(users::caller_of(x));
    if (!found) {
        return Response::failed(found.error());
    }
    const auto id = x.request.param("id");
    const auto one = std::find_if(found->begin(), found->end(), [&](const SiteTemplate& each) {
        return each.id == id;
    });
    if (one == found->end()) {
        return Response::failed(
            {.code = ErrorCode::NotFound, .message = "There is no such site template."}
        );
    }
    const auto answer = template_answer_of(*one);
    return answer ? Response::json(template_json(*answer)) : Response::failed(answer.error());
}

http::Route template_route(
    const char* path, const char* operation, const char* summary, http::Handler handler
) {
    return {
        .method = http::Method::Get,
        .path = path,
        .permission = "site:read",
        .access = http::Access::SignedIn,
        .csrf = http::Csrf::None,
        .rate = http::RateClass::Api,
        .response = &describe<SiteTemplateAnswer>(),
        .operation = operation,
        .summary = summary,
        .handler = std::move(handler),
        .api = true,
    };
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
    auto list = template_route(
        "/api/v1/site-templates",
        "listSiteTemplates",
        "What can run as a site",
        [&sites](Exchange& x) { return list_templates(sites, x); }
    );
    list.response_is_list = true;
    router.add(std::move(list));
    router.add(template_route(
        "/api/v1/site-templates/{id}",
        "getSiteTemplate",
        "One site template with its options",
        [&sites](Exchange& x) { return get_template(sites, x); }
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
