#pragma once
// What a record may say, type by type. Nothing else reaches a backend.

#include "core/base/result.h"
#include "core/features/dns/dns_types.h"

#include <string>
#include <vector>

namespace hostelry::dns {

struct CheckedRecord {
    std::string name;  ///< Absolute.
    std::string type;
    std::int64_t ttl = 3600;
    std::string value;  ///< In the one form that is stored and pushed.

    friend bool operator==(const CheckedRecord&, const CheckedRecord&) = default;
};

/// Looks at the record alone. Invalid with one message for each wrong member.
Result<CheckedRecord> check_record(const std::string& zone, const WriteDnsRecord& request);

/// Looks at it beside the others of its name: CNAME stands alone, values are not repeated, records
/// of a site are left alone. `present` are those of the name without the one that is being changed.
/// Conflict with fields.
Result<void> check_beside(const CheckedRecord& record, const std::vector<Record>& present);

}  // namespace hostelry::dns
