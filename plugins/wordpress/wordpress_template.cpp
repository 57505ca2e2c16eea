#include "wordpress_template.h"

#include "php_text.h"
#include "wordpress_scripts.h"

#include <cstdint>
#include <string_view>
#include <utility>

namespace wordpress {

namespace {

using hostelry::plugin::Call;
using hostelry::plugin::invalid;
using hostelry::plugin::Problem;
using nlohmann::json;

constexpr int kInstallSeconds = 120;
constexpr int kCronEveryMinutes = 5;
constexpr std::size_t kAdminPasswordMin = 10;
constexpr const char* kPackage = "/usr/share/wordpress";

json text_option(int order, const char* title, const char* description) {
    return {{"type", "string"}, {"title", title}, {"description", description}, {"x-order", order}};
}

json with(json option, std::initializer_list<std::pair<const char*, json>> more) {
    for (const auto& [name, value] : more) {
        option[name] = value;
    }
    return option;
}

json options_schema() {
    json properties;
    properties["title"] = with(
        text_option(1, "Site title", "Shown on every page; can be changed in WordPress later."),
        {{"default", "My site"}, {"minLength", 1}, {"maxLength", 100}}
    );
    properties["admin_user"] = with(
        text_option(2, "Administrator", "Name to sign in to WordPress with."),
        {{"default", "admin"},
         {"minLength", 3},
         {"maxLength", 60},
         {"pattern", "^[A-Za-z0-9][A-Za-z0-9_.@-]*$"}}
    );
    properties["admin_email"] = with(
        text_option(3, "Administrator's e-mail", "WordPress writes to this address."),
        {{"format", "email"}, {"minLength", 3}, {"maxLength", 100}}
    );
    properties["admin_password"] = with(
        text_option(
            4, "Administrator's password", "Left empty, a strong one is made and shown once."
        ),
        {{"x-secret", true},
         {"x-generate", "password"},
         {"minLength", kAdminPasswordMin},
         {"maxLength", 128}}
    );
    properties["language"] = with(
        text_option(
            5,
            "Language",
            "The server's package holds English only; others can be added in WordPress under "
            "Settings."
        ),
        {{"enum", json::array({"en_US"})},
         {"x-labels", {{"en_US", "English (United States)"}}},
         {"default", "en_US"}}
    );
    return {
        {"type", "object"},
        {"additionalProperties", false},
        {"required", json::array({"title", "admin_user", "admin_email"})},
        {"properties", properties}};
}

/// An action about this site; `facts` is what its kind needs.
json action(const json& site, const char* id, const char* kind, json facts) {
    facts["id"] = id;
    facts["do"] = kind;
    facts["site"] = site.at("key");
    return facts;
}

std::string required_option(const json& options, const char* name, const char* message) {
    auto value = options.value(name, std::string());
    if (value.empty()) {
        throw invalid(std::string("options.") + name, message);
    }
    return value;
}

std::string joined(const json& names) {
    std::string list;
    for (const auto& name : names) {
        list += (list.empty() ? "" : " ") + php_quoted(name.get<std::string>());
    }
    return list;
}

std::string config_file(const json& site, const Settings& settings) {
    const auto& database = site.at("database");
    return fill(
        kConfigScript,
        {{"database_name", php_quoted(database.at("name").get<std::string>())},
         {"database_user", php_quoted(database.at("user").get<std::string>())},
         {"database_password", php_quoted(database.at("password").get<std::string>())},
         {"database_host", php_quoted(database.at("host").get<std::string>())},
         {"seed", php_quoted(site.at("seed").get<std::string>())},
         {"domain", php_quoted(site.at("domain").get<std::string>())},
         {"preview_names", joined(site.value("preview_names", json::array()))},
         {"block_external", settings.block_external ? "yes" : "no"}}
    );
}

std::map<std::string, std::string> places(const json& site, const Settings& settings) {
    const auto home = site.at("home").get<std::string>();
    return {
        {"home", php_quoted(home)},
        {"root", php_quoted(home + "/" + settings.root())},
        {"domain", php_quoted(site.at("domain").get<std::string>())}};
}

std::string install_script(const json& site, const json& options, const Settings& settings) {
    auto values = places(site, settings);
    const auto add = [&](const char* name, const char* message) {
        values[name] = php_quoted(required_option(options, name, message));
    };
    add("title", "The site needs a title.");
    add("admin_user", "WordPress needs the name of an administrator.");
    add("admin_email", "WordPress needs the administrator's e-mail address.");
    add("admin_password", "WordPress needs a password for the administrator.");
    return fill(kPreludeScript, values) + fill(kInstallScript, values);
}

json run_php(const json& site, const char* id, std::string script) {
    return action(
        site,
        id,
        "program.run",
        {{"argv", json::array({"php"})},
         {"stdin", std::move(script)},
         {"timeout_s", kInstallSeconds},
         {"expect_exit", 0}}
    );
}

json step(const char* name, const char* title, json actions) {
    return {{"name", name}, {"title", title}, {"actions", std::move(actions)}};
}

/// A step whose actions hold passwords.
json secret_step(const char* name, const char* title, json actions) {
    auto made = step(name, title, std::move(actions));
    made["sensitive"] = true;
    return made;
}

json copy_files(const json& site, const Settings& settings) {
    if (settings.from_archive) {
        return action(
            site,
            "files",
            "archive.extract",
            {{"archive", settings.archive}, {"sha256", settings.archive_sha256}, {"to", "htdocs"}}
        );
    }
    return action(site, "files", "tree.copy", {{"from", kPackage}, {"to", "htdocs"}});
}

json files_step(const json& site, const Settings& settings) {
    return step(
        "files",
        "Copy WordPress",
        json::array(
            {action(site, "htdocs", "directory.ensure", {{"path", "htdocs"}, {"mode", "0750"}}),
             action(site, "private", "directory.ensure", {{"path", "private"}, {"mode", "0700"}}),
             copy_files(site, settings)}
        )
    );
}

json configuration_step(const json& site, const Settings& settings) {
    return secret_step(
        "configuration",
        "Write the configuration",
        json::array({action(
            site,
            "wp-config",
            "file.write",
            {{"path", settings.root() + "/wp-config.php"},
             {"content", config_file(site, settings)},
             {"mode", "0600"}}
        )})
    );
}

/// Sites take turns: all at the same minute would be a wave every five minutes.
std::string cron_schedule(const std::string& site_key) {
    unsigned turn = 0;
    for (const char c : site_key) {
        turn = turn * 31 + static_cast<unsigned char>(c);
    }
    return std::to_string(turn % kCronEveryMinutes) + "-59/" + std::to_string(kCronEveryMinutes) +
           " * * * *";
}

json schedule_step(const json& site, const Settings& settings) {
    const auto script = site.at("home").get<std::string>() + "/" + settings.root() + "/wp-cron.php";
    return step(
        "schedule",
        "Schedule WordPress' own tasks",
        json::array({action(
            site,
            "wp-cron",
            "cron.ensure",
            {{"name", "wordpress"},
             {"schedule", cron_schedule(site.at("key"))},
             {"argv", json::array({"php", script})}}
        )})
    );
}

json any_page_health() {
    // A page without a theme is empty and has status 200; every real one links to its own files.
    return {{"path", "/"}, {"expect_status", 200}, {"expect_text", "/wp-content/"}};
}

json first_health(const std::string& title) {
    const auto text = printed_alike(title);
    auto health = any_page_health();
    if (!text.empty()) {
        health["expect_text"] = text;
    }
    return health;
}

void require_database(const json& site) {
    if (!site.contains("database")) {
        throw invalid("site.database", "WordPress needs a database.");
    }
}

bool is_plain(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || byte >= 0x80;
}

}  // namespace

std::string printed_alike(const std::string& title) {
    std::string best;
    std::string run;
    for (const char c : title + "\n") {
        // One space between words stays; more are joined by browsers and some themes.
        const bool inner_space = c == ' ' && !run.empty() && run.back() != ' ';
        if (is_plain(c) || inner_space) {
            run += c;
            continue;
        }
        while (!run.empty() && run.back() == ' ') {
            run.pop_back();
        }
        best = run.size() > best.size() ? run : best;
        run.clear();
    }
    return best;
}

std::string Settings::root() const {
    return from_archive && !archive_folder.empty() ? "htdocs/" + archive_folder : "htdocs";
}

void WordpressTemplate::configure(const Call&, const json& settings) {
    Settings read;
    read.from_archive = settings.value("source", "package") == "archive";
    read.archive = settings.value("archive", "");
    read.archive_sha256 = settings.value("archive_sha256", "");
    read.archive_folder = settings.value("archive_folder", "wordpress");
    read.block_external = settings.value("block_external_requests", false);
    if (read.from_archive && read.archive.empty()) {
        throw invalid("archive", "Name the archive that WordPress shall come from.");
    }
    if (read.from_archive && read.archive_sha256.empty()) {
        throw invalid("archive_sha256", "An archive needs its SHA-256.");
    }
    settings_ = read;
}

json WordpressTemplate::describe(const Call&, const json&) const {
    return {
        {"id", "wordpress"},
        {"title", "WordPress"},
        {"summary", "The most used system for sites and blogs, ready to sign in to."},
        {"icon", "wordpress"},
        {"options_schema", options_schema()},
        {"needs",
         {{"php", true},
          {"database", true},
          {"php_versions", json::array({"7.4", "8.0", "8.1", "8.2", "8.3", "8.4"})}}}};
}

json WordpressTemplate::plan(const Call&, const json& request) const {
    const auto& site = request.at("site");
    const auto& options = request.at("options");
    require_database(site);
    auto install = run_php(site, "install", install_script(site, options, settings_));
    return {
        {"steps",
         json::array(
             {files_step(site, settings_),
              configuration_step(site, settings_),
              secret_step("install", "Install WordPress", json::array({std::move(install)})),
              schedule_step(site, settings_)}
         )},
        {"health", first_health(options.at("title"))},
        {"vhost", {{"root", settings_.root()}, {"php", true}, {"rules", "wordpress"}}},
        {"login", {{"path", "/wp-login.php"}, {"user", options.at("admin_user")}}}};
}

json WordpressTemplate::upgrade_plan(const Call&, const json& request) const {
    const auto& site = request.at("site");
    require_database(site);
    if (settings_.from_archive) {
        throw Problem(
            HOSTELRY_UNSUPPORTED,
            "Sites from an archive are not upgraded by the panel, because it cannot see whether "
            "the archive is newer "
            "than the site. WordPress can update itself under Dashboard, Updates."
        );
    }
    const auto values = places(site, settings_);
    auto check = run_php(site, "check", fill(kUpgradeCheckScript, values));
    auto upgrade =
        run_php(site, "upgrade", fill(kPreludeScript, values) + fill(kUpgradeScript, values));
    return {
        {"steps",
         json::array(
             {step("check", "Compare the versions", json::array({std::move(check)})),
              files_step(site, settings_),
              configuration_step(site, settings_),
              step("upgrade", "Upgrade the database", json::array({std::move(upgrade)}))}
         )},
        {"health", any_page_health()}};
}

json WordpressTemplate::health_plan(const Call&, const json&) const {
    return {{"health", any_page_health()}};
}

}  // namespace wordpress
