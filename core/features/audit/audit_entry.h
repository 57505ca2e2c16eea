#pragma once

#include "core/base/describe.h"
#include "core/base/id.h"

#include <optional>
#include <string>

namespace hostelry::audit {

/// What somebody did, and its link in the chain.
struct AuditEntry {
    std::int64_t position = 0;
    Uuid event;
    TenantId tenant;
    std::string tenant_name;  ///< Looked up when shown; no part of the chain.
    TimePoint at{};
    std::string type;
    std::optional<UserId> actor;
    std::string actor_name;
    std::string subject_type;
    std::optional<Uuid> subject;
    std::string data;  ///< JSON text, byte for byte as it was hashed.
    std::string client_address;
    std::string request_id;
    std::string previous_hash;
    std::string hash;
};

/// What of the list is wanted.
struct ListAudit {
    std::string words;
    std::optional<UserId> actor;
    std::string type;
    std::optional<Uuid> subject;
    std::string since;
    std::string until;
    std::optional<std::int64_t> after;  ///< Newest first: positions below this one.
};

/// What the first entry names as the hash before it.
std::string genesis_hash();
/// SHA-256 in hex over every member that is part of the chain, each with its length before it, so
/// that no two different entries have the same bytes.
std::string hash_of(const AuditEntry& entry);

/// Where the chain ends.
struct AuditHead {
    std::int64_t position = 0;
    std::int64_t entries = 0;
    std::string hash;
    TimePoint signed_at{};
    std::string signature;
};

/// HMAC over position, number of entries, hash and time.
std::string signature_of(const AuditHead& head, const std::string& key);

/// The outcome of a verification.
struct AuditVerdict {
    bool intact = true;
    std::int64_t verified_to = 0;  ///< The last position up to which everything fits.
    std::int64_t entries = 0;      ///< How many were read.
    std::string problem;           ///< A sentence naming the first thing that does not fit.
};

/// "user.password_changed" becomes "Password changed": what a person reads.
std::string title_of(const std::string& type);
/// The name of the thing, as the event's facts tell it; empty when they do not.
std::string about_of(const AuditEntry& entry);
/// Who did it: a person, also one who is gone, or the panel.
std::string who_of(const AuditEntry& entry);

}  // namespace hostelry::audit

template <>
const hostelry::Description& hostelry::describe<hostelry::audit::AuditEntry>();
template <>
const hostelry::Description& hostelry::describe<hostelry::audit::ListAudit>();
template <>
const hostelry::Description& hostelry::describe<hostelry::audit::AuditVerdict>();
