#include "core/features/sites/domain_proof.h"

#include "core/base/text.h"
#include "core/features/sites/sites.h"
#include "core/platform/crypto/digest.h"
#include "core/platform/names/domain_name.h"

#include <algorithm>

template <>
const hostelry::Description& hostelry::describe<hostelry::sites::DomainProof>() {
    using hostelry::sites::DomainProof;
    static const Description kDescription{
        "DomainProof",
        {field<&DomainProof::domain>("domain", {.label = "Domain"}),
         field<&DomainProof::is_shown>("is_shown", {.label = "Shown to be yours"}),
         field<&DomainProof::ownership>("ownership", {.label = "How"}),
         field<&DomainProof::record_type>("record_type", {.label = "Record type"}),
         field<&DomainProof::record_name>("record_name", {.label = "Record name"}),
         field<&DomainProof::record_value>("record_value", {.label = "Record value"}),
         field<&DomainProof::message>("message", {.label = "Next step"})}};
    return kDescription;
}

namespace hostelry::sites {
namespace {

constexpr auto kVoucherPermission = "tenant:create";
constexpr auto kProofPurpose = "domain proof";
constexpr auto kLabel = "_hostelry-challenge.";

std::string message_of(Ownership ownership, const DomainProof& proof) {
    const auto shown = names::domain_for_people(proof.domain);
    switch (ownership) {
        case Ownership::Vouched:
            return "You vouch for " + shown + "; no record is needed.";
        case Ownership::OwnZone:
            return shown + " lies in a zone served here; no record is needed.";
        case Ownership::OwnSite:
            return shown + " belongs to a site of yours; no record is needed.";
        case Ownership::TextRecord:
            return "The record shows that " + shown + " is yours.";
        case Ownership::NotShown:
            break;
    }
    return "Show that " + shown + " is yours: add a TXT record " + proof.record_name +
           " with the value " + proof.record_value +
           " where its DNS is hosted, wait a moment, then check again. Or ask your provider to "
           "vouch for you.";
}

}  // namespace

std::string_view ownership_name(Ownership ownership) {
    switch (ownership) {
        case Ownership::Vouched:
            return "vouched";
        case Ownership::OwnZone:
            return "own_zone";
        case Ownership::OwnSite:
            return "own_site";
        case Ownership::TextRecord:
            return "text_record";
        case Ownership::NotShown:
            break;
    }
    return "not_shown";
}

std::string proof_record_name(const std::string& domain) {
    return kLabel + domain;
}

std::string proof_record_value(const crypto::Sealer& sealer, TenantId tenant) {
    return "hostelry-" +
           to_base64url(crypto::hmac_sha256(sealer.derive(kProofPurpose), tenant.to_string()));
}

Result<DomainProof> Sites::look_at_ownership(
    const users::Caller& caller, const std::string& domain, ProofLook look
) {
    DomainProof proof{
        .domain = domain,
        .record_name = proof_record_name(domain),
        .record_value = proof_record_value(needs_.sealer, caller.tenant)};
    auto ownership =
        TRY(needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<Ownership> {
            if (needs_.infrastructure.holds_name(tx, caller.tenant, domain)) {
                return Ownership::OwnZone;
            }
            if (SiteStore{tx}.has_site_at_or_above(caller.tenant, names::relatives_above(domain))) {
                return Ownership::OwnSite;
            }
            return caller.may(kVoucherPermission) ? Ownership::Vouched : Ownership::NotShown;
        }));
    if (ownership == Ownership::NotShown && look == ProofLook::AskNameServers) {
        const auto texts = needs_.infrastructure.text_records(proof.record_name);
        if (texts && std::find(texts->begin(), texts->end(), proof.record_value) != texts->end()) {
            ownership = Ownership::TextRecord;
        }
    }
    proof.is_shown = ownership != Ownership::NotShown;
    proof.ownership = std::string(ownership_name(ownership));
    proof.message = message_of(ownership, proof);
    return proof;
}

Result<DomainProof> Sites::domain_proof(
    const users::Caller& caller, const std::string& typed, ProofLook look
) {
    const auto domain = names::domain_from_text(typed);
    if (!domain) {
        return fail_fields({{"domain", domain.error().message}});
    }
    return look_at_ownership(caller, *domain, look);
}

}  // namespace hostelry::sites
