#pragma once
// What forms, API and command line send and get. Each member is described once.

#include "core/base/describe.h"
#include "core/features/sites/site.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::sites {

/// What of the list is wanted.
struct ListSites {
    std::string words{};
    std::string state{};
    std::string sort{};
    std::string after{};
};

struct CreateSite {
    std::string domain{};
    std::string template_id{};
    bool www = true;
    std::optional<ServerId> server{};
    std::string php_version{};
    std::map<std::string, std::string> options{};
};

struct DeleteSite {
    std::string name{};
};

struct SiteAnswer {
    SiteId id{};
    std::string domain{};
    std::string shown_domain{};
    std::vector<std::string> names{};
    std::string key{};
    std::string state{};
    TimePoint state_since{};
    std::string cause{};
    std::string template_id{};
    std::string server{};
    std::string server_name{};
    std::string address{};
    std::string php_version{};
    std::string https{};
    std::string https_hint{};
    std::string url{};
    std::string preview_url{};
    std::string login_url{};
    std::string account{};
    std::string job{};
    TimePoint created_at{};
};

struct RevealedPassword {
    std::string user{};
    std::string password{};
};

}  // namespace hostelry::sites

template <>
const hostelry::Description& hostelry::describe<hostelry::sites::ListSites>();
template <>
const hostelry::Description& hostelry::describe<hostelry::sites::CreateSite>();
template <>
const hostelry::Description& hostelry::describe<hostelry::sites::DeleteSite>();
template <>
const hostelry::Description& hostelry::describe<hostelry::sites::SiteAnswer>();
template <>
const hostelry::Description& hostelry::describe<hostelry::sites::RevealedPassword>();
