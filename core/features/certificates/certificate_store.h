#pragma once

#include "core/features/certificates/certificate_types.h"
#include "core/platform/db/transaction.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::certificates {

class CertificateStore {
public:
    explicit CertificateStore(db::Transaction& tx) : tx_(tx) {}

    std::vector<Certificate> list();
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
