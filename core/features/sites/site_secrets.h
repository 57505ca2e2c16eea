#pragma once

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/features/sites/site.h"
#include "core/platform/crypto/sealing.h"

#include <map>
#include <string>

namespace hostelry::sites {

/// What only the template and the site itself may know. Sealed as one text beside the site's row.
struct SiteSecrets {
    std::string seed{};                            ///< Made once; salts come from it.
    std::map<std::string, std::string> options{};  ///< Secret options of the template.
};

std::string seal_secrets(
    const crypto::Sealer& sealer, TenantId tenant, SiteId site, const SiteSecrets& secrets
);
Result<SiteSecrets> open_secrets(
    const crypto::Sealer& sealer, TenantId tenant, SiteId site, std::string_view sealed
);

}  // namespace hostelry::sites
