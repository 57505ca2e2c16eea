#pragma once
// The outside of the sites feature as a ledger: servers, DNS and certificates remember what is
// there, and can be told to fail or to stop the worker at any action.

#include "core/features/sites/site_infrastructure.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <condition_variable>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace hostelry::sites {

class RecordedInfrastructure : public SiteInfrastructure {
public:
    using json = nlohmann::json;

    // --- What a test sets ---
    std::vector<SiteTemplate> offered_templates{static_template(), wordpress_template()};
    std::vector<PlacementServer> servers;
    bool dns_is_managed = true;
    int looks_until_names_lead_here = 1;
    std::string uploaded;  ///< Fingerprint of an uploaded certificate.
    /// Whether a zone of the provider holds every name, so that nobody has to show anything.
    bool zones_hold_names = true;
    std::map<std::string, std::vector<std::string>> texts;

    // Jobs outlive the body of a test (a ready site's database is measured), so what a test says
    // about calls outside is kept here, never in its own variables. Calls are known by name:
    // "account.ensure", "records", "certificate" ...

    /// The next @p times calls of @p what fail, all of them when nothing is said.
    void breaks(
        const std::string& what,
        const std::string& message,
        ErrorCode code = ErrorCode::Conflict,
        int times = std::numeric_limits<int>::max()
    ) {
        const std::lock_guard lock(mutex_);
        broken_ = Broken{what, message, code, times};
    }
    void mends() {
        const std::lock_guard lock(mutex_);
        broken_.reset();
    }

    /// What the server says to the next calls for a size, in their order; later ones are answered
    /// properly.
    void says_of_sizes(std::vector<json> outputs) {
        const std::lock_guard lock(mutex_);
        size_outputs_ = std::move(outputs);
    }

    /// The next call of @p what is carried out, and does not return before goes_on() or dies().
    void stops_after(const std::string& what) {
        const std::lock_guard lock(mutex_);
        stop_ = Stop{what};
    }
    /// Whether that call came within half a minute.
    bool has_stopped() {
        std::unique_lock lock(mutex_);
        return stop_changed_.wait_for(lock, std::chrono::seconds(30), [&] {
            return stop_ && stop_->is_reached;
        });
    }
    void goes_on() { end_stop(false); }
    /// The caller never hears that its call was carried out.
    void dies() { end_stop(true); }

    // --- What is there ---
    std::set<std::string> ledger() const {
        const std::lock_guard lock(mutex_);
        return ledger_;
    }
    std::vector<std::string> calls() const {
        const std::lock_guard lock(mutex_);
        return calls_;
    }
    std::string password_on_server() const {
        const std::lock_guard lock(mutex_);
        return password_;
    }
    std::string password_in_configuration() const {
        const std::lock_guard lock(mutex_);
        return configured_password_;
    }
    /// What each call of @p what carried, oldest first.
    std::vector<json> all(const std::string& what) const {
        const std::lock_guard lock(mutex_);
        const auto found = carried_out_.find(what);
        return found == carried_out_.end() ? std::vector<json>{} : found->second;
    }
    json last(const std::string& what) const {
        const std::lock_guard lock(mutex_);
        const auto found = carried_out_.find(what);
        return found == carried_out_.end() ? json() : found->second.back();
    }

    static SiteTemplate static_template() {
        return {
            .id = "static",
            .plugin = "org.hostelry.static",
            .title = "Static site",
            .summary = "Files as they are",
            .icon = "file-code",
            .options_schema = db::JsonText{json{
                {"type", "object"},
                {"additionalProperties", false},
                {"properties",
                 {{"title",
                   {{"type", "string"},
                    {"title", "Title"},
                    {"default", "Welcome"},
                    {"maxLength", 60}}}}}}}};
    }
    static SiteTemplate wordpress_template() {
        return {
            .id = "wordpress",
            .plugin = "org.hostelry.wordpress",
            .title = "WordPress",
            .summary = "Blog or shop",
            .icon = "newspaper",
            .options_schema = db::JsonText{json{
                {"type", "object"},
                {"additionalProperties", false},
                {"required", {"title", "admin_email"}},
                {"properties",
                 {{"title",
                   {{"type", "string"},
                    {"title", "Site title"},
                    {"default", "My site"},
                    {"minLength", 1},
                    {"maxLength", 100}}},
                  {"admin_email",
                   {{"type", "string"},
                    {"title", "E-mail"},
                    {"format", "email"},
                    {"minLength", 3},
                    {"maxLength", 100}}},
                  {"admin_password",
                   {{"type", "string"},
                    {"title", "Password"},
                    {"x-secret", true},
                    {"x-generate", "password"},
                    {"minLength", 10},
                    {"maxLength", 128}}}}}}},
            .needs_php = true,
            .needs_database = true,
            .php_versions = {"8.1", "8.2"}};
    }

    // --- SiteInfrastructure ---
    std::vector<SiteTemplate> templates(db::Transaction&) override { return offered_templates; }
    std::vector<PlacementServer> usable_servers(db::Transaction&, TenantId) override {
        return servers;
    }
    Result<void> hold_server(db::Transaction&, TenantId, ServerId) override { return {}; }
    bool holds_name(db::Transaction&, TenantId, const std::string&) override {
        return zones_hold_names;
    }
    Result<std::vector<std::string>> text_records(const std::string& name) override {
        TRY(enter("texts"));
        const std::lock_guard lock(mutex_);
        return texts[name];
    }

    Result<json> apply(ServerId, const json& plan, queue::StepContext&, const Progress& on_progress)
        override {
        json results = json::array();
        for (const auto& action : plan.at("actions")) {
            const auto what = action.at("do").get<std::string>();
            TRY(enter(what));
            carry_out(what, action);
            json result{
                {"id", action.at("id")}, {"status", "changed"}, {"output", output_for(what)}};
            if (on_progress) {
                on_progress(result);
            }
            results.push_back(std::move(result));
            leave(what);
        }
        return json{{"plan", plan.at("plan")}, {"results", std::move(results)}};
    }

    Result<json> template_plan(const std::string& plugin, const json& request, queue::StepContext&)
        override {
        TRY(enter("template"));
        {
            const std::lock_guard lock(mutex_);
            carried_out_["template"].push_back(request);
            if (request.at("site").contains("database")) {
                configured_password_ =
                    request.at("site").at("database").at("password").get<std::string>();
            }
        }
        const std::string key = request.at("site").at("key").get<std::string>();
        json plan{
            {"steps",
             {{{"name", "files"},
               {"title", "Copy the files"},
               {"actions",
                {{{"id", "a"},
                  {"do", "file.write"},
                  {"site", key},
                  {"path", "htdocs/index.html"},
                  {"content", "hello"}}}}}}},
            {"health", {{"path", "/"}, {"expect_status", 200}}},
            {"vhost",
             {{"root", "htdocs"}, {"php", plugin != "org.hostelry.static"}, {"rules", "static"}}}};
        if (plugin != "org.hostelry.static") {
            plan["login"] = {{"path", "/wp-login.php"}, {"user", "admin"}};
        }
        return plan;
    }

    Result<json> template_health(const std::string&, const json&, queue::StepContext&) override {
        TRY(enter("health"));
        return json{{"health", {{"path", "/later"}, {"expect_status", 200}}}};
    }
    Result<SiteRecords> ensure_records(const Site&, JobId) override {
        TRY(enter("records"));
        if (!dns_is_managed) {
            return SiteRecords{
                .is_managed = false, .hint = "Set an A record for example.com to 192.0.2.10."};
        }
        put("records");
        leave("records");
        return SiteRecords{.is_managed = true};
    }
    Result<void> remove_records(TenantId, SiteId) override {
        TRY(enter("records.remove"));
        take("records");
        return {};
    }
    Result<Propagation> check_propagation(const Site&) override {
        TRY(enter("propagation"));
        const std::lock_guard lock(mutex_);
        ++looks_;
        return looks_ >= looks_until_names_lead_here
                   ? Propagation{.is_done = true}
                   : Propagation{
                         .is_done = false, .note = "ns1 does not answer with 192.0.2.10 yet."};
    }
    Result<std::string> acme_thumbprint() override { return std::string("thumbprint"); }
    Result<json> begin_certificate(const Site&, queue::StepContext&) override {
        TRY(enter("order"));
        leave("order");
        return json{{"url", "https://ca.test/order/1"}};
    }
    Result<json> issue_certificate(const Site&, const json& begun, queue::StepContext&) override {
        TRY(enter("certificate"));
        {
            const std::lock_guard lock(mutex_);
            carried_out_["certificate"].push_back(begun);
        }
        put("certificate");
        leave("certificate");
        return json::object();
    }
    Result<std::string> uploaded_certificate(const Site&) override { return uploaded; }
    Result<void> forget_certificate(TenantId, SiteId) override {
        TRY(enter("certificate.forget"));
        take("certificate");
        return {};
    }

private:
    json output_for(const std::string& what) {
        const std::lock_guard lock(mutex_);
        if (what != "database.size" || size_outputs_.empty()) {
            return {{"bytes", 1048576}, {"tables", 12}};
        }
        auto output = size_outputs_.front();
        size_outputs_.erase(size_outputs_.begin());
        return output;
    }

    Result<void> enter(const std::string& what) {
        const std::lock_guard lock(mutex_);
        calls_.push_back(what);
        if (broken_ && broken_->what == what && broken_->times > 0) {
            --broken_->times;
            return fail(broken_->code, broken_->message);
        }
        return {};
    }
    void leave(const std::string& what) {
        std::unique_lock lock(mutex_);
        if (!stop_ || stop_->what != what || stop_->is_reached) {
            return;
        }
        stop_->is_reached = true;
        stop_changed_.notify_all();
        stop_changed_.wait(lock, [&] { return stop_->is_over; });
        if (stop_->is_fatal) {
            throw std::runtime_error("the worker died here");
        }
    }
    void end_stop(bool is_fatal) {
        const std::lock_guard lock(mutex_);
        if (stop_) {
            stop_->is_over = true;
            stop_->is_fatal = is_fatal;
            stop_changed_.notify_all();
        }
    }
    void put(const std::string& what) {
        const std::lock_guard lock(mutex_);
        ledger_.insert(what);
    }
    void take(const std::string& what) {
        const std::lock_guard lock(mutex_);
        ledger_.erase(what);
    }
    void carry_out(const std::string& what, const json& action) {
        const std::lock_guard lock(mutex_);
        carried_out_[what].push_back(action);
        const auto dot = what.find('.');
        const std::string thing = what.substr(0, dot);
        const std::string verb = what.substr(dot + 1);
        if (what == "site.remove") {
            for (const char* part : {"account", "database", "file", "pool", "vhost"}) {
                ledger_.erase(part);
            }
        } else if (verb == "ensure" || verb == "write") {
            ledger_.insert(thing);
        } else if (verb == "remove") {
            ledger_.erase(thing);
        }
        if (what == "database.ensure" || what == "database.password") {
            password_ = action.at("password").get<std::string>();
        }
    }

    struct Broken {
        std::string what;
        std::string message;
        ErrorCode code;
        int times;
    };
    struct Stop {
        std::string what;
        bool is_reached = false;
        bool is_over = false;
        bool is_fatal = false;
    };

    mutable std::mutex mutex_;
    std::vector<json> size_outputs_;
    std::condition_variable stop_changed_;
    std::optional<Broken> broken_;
    std::optional<Stop> stop_;
    std::set<std::string> ledger_;
    std::vector<std::string> calls_;
    std::map<std::string, std::vector<json>> carried_out_;
    std::string password_;
    std::string configured_password_;
    int looks_ = 0;
};

}  // namespace hostelry::sites
