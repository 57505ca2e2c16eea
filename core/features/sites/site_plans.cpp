#include "core/features/sites/site_plans.h"

#include <nlohmann/json.hpp>

namespace hostelry::sites {
namespace {

using nlohmann::json;

json action(const Site& site, const char* id, const char* what, json facts = json::object()) {
    facts["id"] = id;
    facts["do"] = what;
    facts["site"] = site.key;
    return facts;
}

json just(json one) {
    json list = json::array();
    list.push_back(std::move(one));
    return list;
}

}  // namespace

json account_actions(const Site& site) {
    return just(action(site, "account", "account.ensure"));
}

json building_actions(const Site& site, const VhostWish& wish) {
    return just(action(
        site,
        "vhost",
        "vhost.ensure",
        {{"names", site.names()},
         {"acme_thumbprint", wish.acme_thumbprint},
         {"certificate", nullptr},
         {"building", true},
         {"preview_names", wish.preview_names}}
    ));
}

json database_actions(const Site& site, const std::vector<databases::DatabaseAccess>& access) {
    json actions = json::array();
    for (const auto& [database, password] : access) {
        actions.push_back(action(
            site,
            "database",
            "database.ensure",
            {{"name", database.name}, {"user", database.user_name}, {"password", password}}
        ));
    }
    return actions;
}

json database_removal_actions(
    const Site& site, const std::vector<databases::DatabaseAccess>& access
) {
    json actions = json::array();
    for (const auto& [database, password] : access) {
        actions.push_back(action(
            site,
            "database",
            "database.remove",
            {{"name", database.name}, {"user", database.user_name}}
        ));
    }
    return actions;
}

json pool_actions(const Site& site) {
    return just(action(site, "pool", "pool.ensure", {{"php_version", site.php_version}}));
}

json pool_removal_actions(const Site& site) {
    return just(action(site, "pool", "pool.remove"));
}

json vhost_actions(const Site& site, const VhostWish& wish) {
    const json web = site.web ? site.web->parse() : json::object();
    const bool php = web.value("php", false) && site.uses_php();
    json facts{
        {"names", site.names()},
        {"root", web.value("root", "htdocs")},
        {"rules", web.value("rules", "static")},
        {"php", php},
        {"acme_thumbprint", wish.acme_thumbprint},
        {"certificate", nullptr},
        {"redirect_https", wish.with_certificate},
        {"suspended", wish.is_suspended},
        {"preview_names", wish.preview_names},
    };
    if (php) {
        facts["php_version"] = site.php_version;
    }
    if (wish.with_certificate) {
        facts["certificate"] = "current";
    }
    return just(action(site, "vhost", "vhost.ensure", std::move(facts)));
}

json rest_actions(const Site& site) {
    json actions = just(action(site, "cron", "cron.pause", {{"paused", true}}));
    if (site.uses_php()) {
        actions.push_back(pool_removal_actions(site).front());
    }
    actions.push_back(action(site, "processes", "processes.end"));
    return actions;
}

json wake_actions(const Site& site) {
    json actions = site.uses_php() ? pool_actions(site) : json::array();
    actions.push_back(action(site, "cron", "cron.pause", {{"paused", false}}));
    return actions;
}

json vhost_removal_actions(const Site& site) {
    return just(action(site, "vhost", "vhost.remove"));
}

json check_actions(const Site& site, const CheckWish& wish) {
    const json web = site.web ? site.web->parse() : json::object();
    const json health = web.value("health", json::object());
    json facts{
        {"url", (wish.by_https ? "https://" : "http://") + wish.name + health.value("path", "/")},
        {"host", wish.name},
        {"expect_status", health.value("expect_status", 200)},
        {"verify", wish.by_https},
    };
    if (health.contains("expect_text")) {
        facts["expect_text"] = health.at("expect_text");
    }
    if (wish.by_https && !wish.ca_pem.empty()) {
        facts["ca_pem"] = wish.ca_pem;
    }
    if (wish.by_https && !wish.fingerprint.empty()) {
        facts["fingerprint"] = wish.fingerprint;
    }
    json one = action(site, "check", "http.check", std::move(facts));
    return just(std::move(one));
}

json removal_actions(const Site& site) {
    return just(action(site, "remove", "site.remove"));
}

json template_request(
    const Site& site,
    const SiteSecrets& secrets,
    const std::vector<databases::DatabaseAccess>& access,
    const std::vector<std::string>& preview_names
) {
    json facts{
        {"key", site.key},
        {"domain", site.domain},
        {"names", site.names()},
        {"home", home_of(site)},
        {"php_version", site.php_version},
        {"seed", secrets.seed},
        {"preview_names", preview_names},
    };
    if (!access.empty()) {
        const auto& [database, password] = access.front();
        facts["database"] = {
            {"name", database.name},
            {"user", database.user_name},
            {"password", password},
            {"host", "localhost"}};
    }
    json options = site.options.parse();
    for (const auto& [name, value] : secrets.options) {
        options[name] = value;
    }
    return {{"site", std::move(facts)}, {"options", std::move(options)}};
}

json template_actions(const json& plan, TemplateActions& titles) {
    json actions = json::array();
    for (const auto& step : plan.at("steps")) {
        const auto title = step.at("title").get<std::string>();
        titles.titles.push_back(title);
        for (json one : step.at("actions")) {
            const std::string id = "t" + std::to_string(actions.size() + 1);
            one["id"] = id;
            titles.title_of[id] = title;
            actions.push_back(std::move(one));
        }
    }
    return actions;
}

json web_of_plan(const json& plan) {
    json web = plan.at("vhost");
    web["health"] = plan.at("health");
    if (plan.contains("login")) {
        web["login"] = plan.at("login");
    }
    return web;
}

}  // namespace hostelry::sites
