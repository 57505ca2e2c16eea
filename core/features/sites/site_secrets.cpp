#include "core/features/sites/site_secrets.h"

#include <nlohmann/json.hpp>

namespace hostelry::sites {
namespace {

std::string place_of_secrets(TenantId tenant, SiteId site) {
    return "sites:secrets:" + tenant.to_string() + ":" + site.to_string();
}

}  // namespace

std::string seal_secrets(
    const crypto::Sealer& sealer, TenantId tenant, SiteId site, const SiteSecrets& secrets
) {
    const nlohmann::json plain{{"seed", secrets.seed}, {"options", secrets.options}};
    return sealer.seal(plain.dump(), place_of_secrets(tenant, site));
}

Result<SiteSecrets> open_secrets(
    const crypto::Sealer& sealer, TenantId tenant, SiteId site, std::string_view sealed
) {
    const std::string text = TRY(sealer.open(sealed, place_of_secrets(tenant, site)));
    const auto plain = nlohmann::json::parse(text);
    return SiteSecrets{
        .seed = plain.at("seed").get<std::string>(),
        .options = plain.at("options").get<std::map<std::string, std::string>>(),
    };
}

}  // namespace hostelry::sites
