#pragma once
// Whether a tenant may take a domain: nobody claims a name that may be somebody else's. No proof is
// asked for below a zone that we serve for the tenant or its provider, below a domain the tenant
// has a site of, and from those who vouch for their customers. Everybody else shows a TXT record.

#include "core/base/describe.h"
#include "core/base/id.h"
#include "core/platform/crypto/sealing.h"

#include <string>
#include <string_view>

namespace hostelry::sites {

enum class Ownership {
    Vouched,     ///< By staff or a reseller; audited.
    OwnZone,     ///< A zone of the tenant or of one above it holds the name.
    OwnSite,     ///< The tenant has a site of that name or of one above it.
    TextRecord,  ///< The record is there.
    NotShown,
};
std::string_view ownership_name(Ownership ownership);  ///< "own_zone", as in events and the API

/// What API, command line and form say about a domain.
struct DomainProof {
    std::string domain{};
    bool is_shown = false;
    std::string ownership{};
    std::string record_type = "TXT";
    std::string record_name{};
    std::string record_value{};
    std::string message{};  ///< What to do next, for people.
};

std::string proof_record_name(const std::string& domain);
/// The same for all domains of a tenant, and only this installation can make it.
std::string proof_record_value(const crypto::Sealer& sealer, TenantId tenant);

}  // namespace hostelry::sites

template <>
const hostelry::Description& hostelry::describe<hostelry::sites::DomainProof>();
