#pragma once
// Site template "wordpress". Pure: every member only turns request and settings into an answer.

#include "hostelry/plugin.hpp"

#include <map>
#include <string>

namespace wordpress {

/// The operator's settings.
struct Settings {
    bool from_archive = false;
    std::string archive;
    std::string archive_sha256;
    std::string archive_folder = "wordpress";
    bool block_external = false;

    /// Document root below the site's home.
    std::string root() const;
};

class WordpressTemplate {
public:
    explicit WordpressTemplate(hostelry::plugin::Host) {}

    void configure(const hostelry::plugin::Call& call, const nlohmann::json& settings);

    nlohmann::json describe(const hostelry::plugin::Call&, const nlohmann::json&) const;
    nlohmann::json plan(const hostelry::plugin::Call&, const nlohmann::json& request) const;
    nlohmann::json upgrade_plan(const hostelry::plugin::Call&, const nlohmann::json& request) const;
    nlohmann::json health_plan(const hostelry::plugin::Call&, const nlohmann::json&) const;

private:
    Settings settings_;
};

/// The longest stretch of a title that WordPress prints unchanged: it turns quotes, dashes and
/// signs into others. Empty when there is none.
std::string printed_alike(const std::string& title);

}  // namespace wordpress
