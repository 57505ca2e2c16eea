#include "core/features/certificates/certificate_jobs.h"

#include "core/features/certificates/certificates.h"
#include "core/platform/names/domain_name.h"

#include <nlohmann/json.hpp>

namespace hostelry::certificates {
namespace {

using nlohmann::json;
using queue::StepContext;

constexpr auto kRenewJob = "certificate.renew";
constexpr auto kDueJob = "certificates.renew_due";

}  // namespace

void add_certificate_jobs(Certificates& certificates, queue::Registry& registry) {
    queue::Step renew;
    renew.name = "renew";
    renew.title = "Get and install a new certificate";
    renew.attempts_max = kRenewalAttempts;
    renew.backoff_first = std::chrono::seconds(10);
    renew.run = [&certificates](StepContext& step) -> Result<json> {
        const auto id =
            CertificateId::parse(step.input().value("certificate", "")).value_or(CertificateId{});
        return certificates.renew_now(id, step);
    };
    registry.add(
        {.name = kRenewJob,
         .title = "Renew certificate",
         .queue = "certificates",
         .steps = {std::move(renew)}}
    );

    queue::Step look;
    look.name = "look";
    look.title = "Look for certificates that expire soon";
    look.run = [&certificates](StepContext& step) -> Result<json> {
        TRY(certificates.begin_due_renewals(step.tenant()));
        return json(nullptr);
    };
    registry.add({
        .name = kDueJob,
        .title = "Renew certificates",
        .queue = "default",
        .steps = {std::move(look)},
        .is_upkeep = true,
    });
    // Each hour: a failed renewal is tried again without waiting for another night.
    registry.add_schedule({.name = kDueJob, .kind = kDueJob, .cron = "41 * * * *"});
}

JobId enqueue_renewal(
    db::Transaction& tx, const Certificate& certificate, const std::optional<UserId>& actor
) {
    const auto id = certificate.id.to_string();
    return queue::enqueue(
        tx,
        {.kind = kRenewJob,
         .tenant = certificate.tenant,
         .input = json{{"certificate", id}},
         .unique_key = std::string(kRenewJob) + ":" + id,
         .exclusive_key = "site:" + certificate.site.to_string(),
         .actor = actor,
         .subject_type = "certificate",
         .subject_id = certificate.id.uuid,
         .subject_name = names::domain_for_people(certificate.names.front())}
    );
}

}  // namespace hostelry::certificates
