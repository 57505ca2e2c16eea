#include "core/features/sites/site.h"

#include "core/platform/names/domain_name.h"

#include <algorithm>

namespace hostelry::sites {

std::string_view state_name(SiteState state) {
    constexpr std::array<std::string_view, kSiteStates.size()> kNames{
        "queued",
        "deploying",
        "ready",
        "failed",
        "suspending",
        "suspended",
        "resuming",
        "deleting"};
    return kNames[static_cast<std::size_t>(state)];
}

std::optional<SiteState> state_from_name(std::string_view name) {
    const auto* const found =
        std::find_if(kSiteStates.begin(), kSiteStates.end(), [&](SiteState state) {
            return state_name(state) == name;
        });
    return found == kSiteStates.end() ? std::nullopt : std::optional{*found};
}

bool is_under_way(SiteState state) {
    return state != SiteState::Ready && state != SiteState::Failed && state != SiteState::Suspended;
}

std::vector<std::string> Site::names() const {
    return names::names_of_domain(domain, with_www);
}

std::string Site::shown_domain() const {
    return names::domain_for_people(domain);
}

std::string home_of(const Site& site) {
    return "/srv/sites/" + site.key;
}

}  // namespace hostelry::sites
