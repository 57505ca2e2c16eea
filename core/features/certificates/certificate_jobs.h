#pragma once

#include "core/features/certificates/certificate_types.h"
#include "core/platform/db/transaction.h"
#include "core/platform/queue/queue.h"

namespace hostelry::certificates {

/// Of one renewal job. After the last one the schedule tries again, later and later.
inline constexpr int kRenewalAttempts = 4;

class Certificates;

void add_certificate_jobs(Certificates& certificates, queue::Registry& registry);

/// While one of this certificate is unfinished, that one is answered.
JobId enqueue_renewal(
    db::Transaction& tx, const Certificate& certificate, const std::optional<UserId>& actor
);

}  // namespace hostelry::certificates
