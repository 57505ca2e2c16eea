#pragma once

#include "core/features/sites/domain_proof.h"
#include "core/features/sites/site_infrastructure.h"
#include "core/features/sites/site_types.h"
#include "core/features/sites/site_views.h"

#include <string>
#include <vector>

namespace hostelry::sites {

/// What can be chosen from.
struct SiteChoices {
    std::vector<SiteTemplate> templates{};
    std::vector<PlacementServer> servers{};
};

/// Shows the record that is missing and lets the form be sent again to check for it.
void ask_for_proof(CreateSitePage& page, const DomainProof& proof);

/// The form, holding what was typed and what was wrong with it. Without a chosen template the first
/// one is.
CreateSitePage create_site_page_of(
    const SiteChoices& choices,
    const CreateSite& typed,
    const std::vector<FieldError>& errors,
    const std::string& request_key
);

}  // namespace hostelry::sites
