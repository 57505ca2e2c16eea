// Site template "static": one page with a title. Pure: every member only turns its request into an
// answer.
#include "hostelry/cap_template.h"
#include "hostelry/plugin.hpp"

#include <cstdint>
#include <string>

namespace {

using hostelry::plugin::Call;
using hostelry::plugin::Host;
using nlohmann::json;

std::string escape_html(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\'':
                escaped += "&#39;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

std::string page(const std::string& title, const std::string& domain) {
    const auto heading = escape_html(title);
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
           heading +
           "</title>\n<style>body{font:1.1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:15vh "
           "auto;"
           "padding:0 "
           "1.5rem;color:#1f2937}h1{font-size:2.2rem;line-height:1.2}@media(prefers-color-"
           "scheme:dark){body{background:#111827;color:#e5e7eb}}</style>\n</head>\n<body>\n<h1>" +
           heading + "</h1>\n<p>This is " + escape_html(domain) +
           ". Replace this page by your own files.</p>\n</body>\n</html>\n";
}

class StaticSite {
public:
    explicit StaticSite(Host) {}
    void configure(const Call&, const json&) {}

    json describe(const Call&, const json&) const {
        return {
            {"id", "static"},
            {"title", "Static page"},
            {"summary", "One HTML page to begin with; replace it by your own files."},
            {"icon", "file-text"},
            {"options_schema",
             {{"type", "object"},
              {"additionalProperties", false},
              {"required", {"title"}},
              {"properties",
               {{"title",
                 {{"type", "string"},
                  {"title", "Page title"},
                  {"description", "Shown on the page and in the browser's tab."},
                  {"default", "Welcome"},
                  {"minLength", 1},
                  {"maxLength", 80},
                  {"x-order", 1}}}}}}},
            {"needs", {{"php", false}, {"database", false}, {"php_versions", json::array()}}}};
    }

    json plan(const Call&, const json& request) const {
        const auto& site = request.at("site");
        const auto title = request.at("options").value("title", std::string("Welcome"));
        const json write_page{
            {"id", "page"},
            {"do", "file.write"},
            {"site", site.at("key")},
            {"path", "htdocs/index.html"},
            {"content", page(title, site.at("domain"))},
            {"mode", "0640"},
            {"keep", true}};  // The owner's own page stays when the site is deployed again.
        return {
            {"steps",
             {{{"name", "files"}, {"title", "Write the page"}, {"actions", {write_page}}}}},
            {"health",
             {{"path", "/"},
              {"expect_status", 200},
              {"expect_text", "<h1>" + escape_html(title) + "</h1>"}}},
            {"vhost", {{"root", "htdocs"}, {"php", false}, {"rules", "static"}}}};
    }

    // The owner replaces the page, so later only the status counts.
    json health_plan(const Call&, const json&) const {
        return {{"health", {{"path", "/"}, {"expect_status", 200}}}};
    }
};

using hostelry::plugin::member;

const hostelry_site_template_v1 kTemplate{
    sizeof(kTemplate),
    0,
    &member<&StaticSite::describe>,
    &member<&StaticSite::plan>,
    nullptr,
    &member<&StaticSite::health_plan>};

const void* tables(hostelry_str name, std::uint32_t revision) {
    return hostelry::plugin::view(name) == "site-template" && revision == 1 ? &kTemplate : nullptr;
}

}  // namespace

HOSTELRY_PLUGIN_ENTRY(host) {
    static const auto kPlugin =
        hostelry::plugin::define<StaticSite>("org.hostelry.static", "1.0.0", &tables);
    hostelry::plugin::Entry<StaticSite>::host = host;
    return &kPlugin;
}
