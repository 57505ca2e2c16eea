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
    /// The present certificate stays. Without a next try the job that fails goes on trying itself.
    void note_failure(
        CertificateId id, std::string_view problem, const std::optional<TimePoint>& next_try_at
    );
    void remove_of_site(const Uuid& site);
    /// Asked ones that expire before `until` and whose next try, after a failure, is not later than
    /// `now`.
    std::vector<Certificate> due(TimePoint until, TimePoint now);

private:
    db::Transaction& tx_;
};

}  // namespace hostelry::certificates
