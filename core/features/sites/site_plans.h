#pragma once
// What the agent is asked to do for a site, in its vocabulary. Pure: facts in, actions out.

#include "core/features/databases/databases.h"
#include "core/features/sites/site.h"
#include "core/features/sites/site_secrets.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <vector>

namespace hostelry::sites {

struct VhostWish {
    std::string acme_thumbprint{};
    bool with_certificate = false;
    bool is_suspended = false;
    std::vector<std::string> preview_names{};
};

nlohmann::json account_actions(const Site& site);
/// A virtual host that says the site is being set up, and answers the certificate authority.
nlohmann::json building_actions(const Site& site, const VhostWish& wish);
nlohmann::json database_actions(
    const Site& site, const std::vector<databases::DatabaseAccess>& access
);
nlohmann::json database_removal_actions(
    const Site& site, const std::vector<databases::DatabaseAccess>& access
);
nlohmann::json pool_actions(const Site& site);
nlohmann::json pool_removal_actions(const Site& site);

/// `site.web` must be known.
nlohmann::json vhost_actions(const Site& site, const VhostWish& wish);
/// What could start a program of the site rests first; then what still runs is ended.
nlohmann::json rest_actions(const Site& site);
nlohmann::json wake_actions(const Site& site);
nlohmann::json vhost_removal_actions(const Site& site);

struct CheckWish {
    bool by_https = false;
    std::string name{};    ///< Host name to ask for.
    std::string ca_pem{};  ///< Further authorities to trust.
    /// Of an uploaded certificate, which may be of an authority that only its owner trusts.
    std::string fingerprint{};
};
nlohmann::json check_actions(const Site& site, const CheckWish& wish);
nlohmann::json removal_actions(const Site& site);

/// The request of site-template/1.plan.
nlohmann::json template_request(
    const Site& site,
    const SiteSecrets& secrets,
    const std::vector<databases::DatabaseAccess>& access,
    const std::vector<std::string>& preview_names
);
/// The actions of a template's plan, renumbered, and the title of the step each belongs to by
/// action id.
struct TemplateActions {
    std::vector<std::string> titles{};  ///< In order.
    std::map<std::string, std::string> title_of{};
};
nlohmann::json template_actions(const nlohmann::json& plan, TemplateActions& titles);
/// What is kept of a plan: {root, php, rules, health, login}. Nothing secret.
nlohmann::json web_of_plan(const nlohmann::json& plan);

}  // namespace hostelry::sites
