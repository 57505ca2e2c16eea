#include "core/features/sites/site_preview.h"

#include "core/platform/names/domain_name.h"

#include <algorithm>

namespace hostelry::sites {
namespace {

constexpr std::uint16_t kPreviewPort = 80;  // Agents serve preview names there, never redirected.
constexpr std::size_t kKeyMax = 16;
constexpr std::chrono::seconds kNotReadyRetry{5};

// Not through SiteStore: nobody is signed in, so there is no tenant whose tree could be looked at.
constexpr const char* kFindPreviewSql =
    "select domain, with_www, server_address, state, is_deployed from hostelry.find_preview($1)";

bool is_key_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

tl::unexpected<Error> no_preview() {
    return fail(ErrorCode::NotFound, "There is no preview at this address.");
}

}  // namespace

std::optional<std::string> preview_key(std::string_view host, std::string_view domain) {
    if (domain.empty() || host.size() <= domain.size() + 1 || !host.ends_with(domain)) {
        return std::nullopt;
    }
    const auto key = host.substr(0, host.size() - domain.size() - 1);
    const bool is_key = host[key.size()] == '.' && key.size() <= kKeyMax && key.front() == 's' &&
                        std::all_of(key.begin(), key.end(), is_key_character);
    return is_key ? std::optional{std::string(key)} : std::nullopt;
}

Result<http::ProxyTarget> preview_target(const PreviewedSite& site) {
    if (site.state == SiteState::Deleting) {
        return no_preview();
    }
    if (!site.is_deployed) {
        const bool has_failed = site.state == SiteState::Failed;
        Error error{
            ErrorCode::Unavailable,
            has_failed ? "Setting it up has failed. Its page in the panel says why."
                       : "It is being set up. Load this page again in a moment.",
            {},
            {},
            {},
            false};
        error.retry_after = kNotReadyRetry;
        return tl::unexpected(std::move(error));
    }
    const auto address = http::IpAddress::parse(site.server_address);
    if (!address) {
        return fail(
            ErrorCode::ProviderUnavailable,
            "The server of this site cannot be reached at the moment.",
            "the server's address is no IP address"
        );
    }
    return http::ProxyTarget{
        .id = site.key,
        .address = *address,
        .port = kPreviewPort,
        .names = names::names_of_domain(site.domain, site.with_www)};
}

Result<http::ProxyTarget> SitePreviews::find(const std::string& host) {
    const auto key = preview_key(host, domain_);
    if (!key) {
        return no_preview();
    }
    const auto site =
        TRY(database_.in_system([&](db::Transaction& tx) -> Result<std::optional<PreviewedSite>> {
            const auto row = tx.query_optional(kFindPreviewSql, *key);
            if (!row) {
                return std::optional<PreviewedSite>{};
            }
            return std::optional{PreviewedSite{
                .key = *key,
                .domain = (*row)["domain"].text(),
                .with_www = (*row)["with_www"].boolean(),
                .server_address = (*row)["server_address"].text(),
                .state = state_from_name((*row)["state"].text()).value_or(SiteState::Failed),
                .is_deployed = (*row)["is_deployed"].boolean(),
            }};
        }));
    return site ? preview_target(*site) : no_preview();
}

}  // namespace hostelry::sites
