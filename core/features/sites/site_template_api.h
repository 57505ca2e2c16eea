#pragma once
// What can run as a site, for programs: so that a site can be made without having seen the page.

#include "core/base/describe.h"
#include "core/features/sites/site_infrastructure.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::http {
class Router;
}

namespace hostelry::sites {

class Sites;

/// One option of a template, as `options` of a new site takes it.
struct TemplateOption {
    std::string name{};
    std::string type{};  ///< "string", "boolean" or "integer"
    std::string title{};
    std::string description{};
    bool required = false;
    bool secret = false;     ///< Never shown again.
    bool generated = false;  ///< Made by the panel when left out.
    std::string default_value{};
    std::string format{};  ///< "email", "hostname", "uri", "locale" or empty.
    std::int64_t min = 0;  ///< Length of text, value of integers; 0 and 0: no limits.
    std::int64_t max = 0;
    std::vector<std::string> choices{};
};

struct SiteTemplateAnswer {
    std::string id{};
    std::string title{};
    std::string summary{};
    std::string plugin{};
    bool needs_database = false;
    std::vector<std::string> php_versions{};
    std::vector<std::string> takes{};  ///< Names of the options; those that must be given end in *.
    std::vector<TemplateOption> options{};
};

/// An unreadable schema is Internal: the template cannot be used either.
Result<SiteTemplateAnswer> template_answer_of(const SiteTemplate& site_template);

void add_site_template_api(http::Router& router, Sites& sites);

}  // namespace hostelry::sites

template <>
const hostelry::Description& hostelry::describe<hostelry::sites::TemplateOption>();
template <>
const hostelry::Description& hostelry::describe<hostelry::sites::SiteTemplateAnswer>();
