#pragma once

#include "core/features/certificates/certificate_types.h"
#include "core/platform/db/transaction.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::certificates {

/// Certificates that somebody should look at by when they end. Ours are renewed long before, so few
/// days left mean that renewal does not work; nobody renews an uploaded one.
struct ExpirySoon {
    TimePoint ours{};
    TimePoint uploaded{};
};
ExpirySoon expiry_soon(TimePoint now);

struct CertificateCounts {
    std::int64_t all = 0, expiring = 0, failed = 0;  ///< A failed one counts as failed only.
};

class CertificateStore {
public:
    explicit CertificateStore(db::Transaction& tx) : tx_(tx) {}

    std::vector<Certificate> list();
    CertificateCounts counts(const ExpirySoon& soon);
    /// Failed and expiring ones, those that expire first on top.
    std::vector<Certificate> troubled(const ExpirySoon& soon, std::int64_t count_max);
    /// NotFound.
    Result<Certificate> get(CertificateId id);
    std::optional<Certificate> find_by_site(const Uuid& site);
    /// One a site: replaces what was there, keeping its id.
    Certificate put(const Certificate& certificate);
    void set_state(CertificateId id, std::string_view state, std::string_view problem);
    void remove_of_site(const Uuid& site);
    /// Asked ones that expire before `until` and were not tried since `tried_before`.
    std::vector<Certificate> due(TimePoint until, TimePoint tried_before);

private:
    db::Transaction& tx_;
};

}  // namespace hostelry::certificates
