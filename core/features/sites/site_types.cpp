#include "core/features/sites/site_types.h"

namespace {

using hostelry::Description;
using hostelry::field;
using hostelry::Kind;
using hostelry::sites::CreateSite;
using hostelry::sites::DeleteSite;
using hostelry::sites::ListSites;
using hostelry::sites::RevealedPassword;
using hostelry::sites::SiteAnswer;

}  // namespace

template <>
const Description& hostelry::describe<ListSites>() {
    static const Description kDescription{
        "ListSites",
        {
            field<&ListSites::words>(
                "q",
                {.label = "Words",
                 .help = "Only those with this in domain, server or account",
                 .max = 253}
            ),
            field<&ListSites::state>(
                "state",
                {.label = "State",
                 .help = "Only those in this state",
                 .kind = Kind::Choice,
                 .choices =
                     {{"ready", "Ready"},
                      {"working", "Working"},
                      {"failed", "Failed"},
                      {"suspended", "Suspended"}}}
            ),
            field<&ListSites::sort>(
                "sort",
                {.label = "Order",
                 .help = "By domain or by age, with a minus the other way round",
                 .kind = Kind::Choice,
                 .choices =
                     {{"domain", "Domain"},
                      {"-domain", "Domain, last first"},
                      {"created", "Oldest first"},
                      {"-created", "Newest first"}}}
            ),
            field<&ListSites::after>(
                "after",
                {.label = "After",
                 .help = "Go on behind the answer whose next this is, in the same order",
                 .max = 253}
            ),
        }};
    return kDescription;
}

template <>
const Description& hostelry::describe<CreateSite>() {
    static const Description kDescription{
        "CreateSite",
        {
            field<&CreateSite::domain>(
                "domain",
                {.label = "Domain",
                 .help = "It may still point elsewhere; the site also gets a preview address.",
                 .kind = Kind::Hostname,
                 .required = true,
                 .max = 1000,
                 .choices = {},
                 .placeholder = "example.com"}
            ),
            field<&CreateSite::template_id>(
                "template",
                {.label = "Template",
                 .help = "What runs here.",
                 .required = true,
                 .min = 1,
                 .max = 100,
                 .choices = {},
                 .placeholder = {}}
            ),
            field<&CreateSite::www>(
                "www", {.label = "Answer to www. too", .help = {}, .choices = {}, .placeholder = {}}
            ),
            field<&CreateSite::server>(
                "server",
                {.label = "Server",
                 .help = "The best fit when left out.",
                 .choices = {},
                 .placeholder = {}}
            ),
            field<&CreateSite::php_version>(
                "php_version",
                {.label = "PHP version",
                 .help = "The newest that fits when left out.",
                 .max = 8,
                 .choices = {},
                 .placeholder = {}}
            ),
            field<&CreateSite::options>(
                "options",
                {.label = "Options of the template", .help = {}, .choices = {}, .placeholder = {}}
            ),
        }};
    return kDescription;
}

template <>
const Description& hostelry::describe<DeleteSite>() {
    static const Description kDescription{
        "DeleteSite",
        {
            field<&DeleteSite::name>(
                "name",
                {.label = "Name of the site",
                 .help = "Typed again, because everything of the site is removed for good.",
                 .required = true,
                 .max = 1000,
                 .choices = {},
                 .placeholder = {}}
            ),
        }};
    return kDescription;
}

template <>
const Description& hostelry::describe<SiteAnswer>() {
    static const Description kDescription{
        "Site",
        {
            field<&SiteAnswer::id>("id"),
            field<&SiteAnswer::domain>("domain"),
            field<&SiteAnswer::shown_domain>("shown_domain"),
            field<&SiteAnswer::names>("names"),
            field<&SiteAnswer::key>("key"),
            field<&SiteAnswer::state>("state"),
            field<&SiteAnswer::state_since>("state_since"),
            field<&SiteAnswer::cause>("cause"),
            field<&SiteAnswer::template_id>("template"),
            field<&SiteAnswer::server>("server"),
            field<&SiteAnswer::server_name>("server_name"),
            field<&SiteAnswer::address>("address"),
            field<&SiteAnswer::php_version>("php_version"),
            field<&SiteAnswer::https>("https"),
            field<&SiteAnswer::https_hint>("https_hint"),
            field<&SiteAnswer::url>("url"),
            field<&SiteAnswer::preview_url>("preview_url"),
            field<&SiteAnswer::login_url>("login_url"),
            field<&SiteAnswer::account>("account"),
            field<&SiteAnswer::job>("job"),
            field<&SiteAnswer::created_at>("created_at"),
        }};
    return kDescription;
}

template <>
const Description& hostelry::describe<RevealedPassword>() {
    static const Description kDescription{
        "RevealedPassword",
        {
            field<&RevealedPassword::user>("user"),
            field<&RevealedPassword::password>("password"),
        }};
    return kDescription;
}
