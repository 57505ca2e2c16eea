#include "core/features/certificates/certificates.h"

#include "core/features/certificates/acme_client.h"
#include "core/features/certificates/certificate_jobs.h"
#include "core/features/certificates/certificate_routes.h"
#include "core/features/certificates/certificate_store.h"
#include "core/features/certificates/issue_certificate.h"
#include "core/features/certificates/upload_check.h"
#include "core/features/shell/shell.h"
#include "core/platform/events/events.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hostelry::certificates {

using nlohmann::json;

namespace {

constexpr std::chrono::seconds kUploadLimit{30};
constexpr std::chrono::hours kFirstRetry{1};
constexpr std::chrono::hours kRetryMax{24};

bool holds_all(const std::vector<std::string>& present, const std::vector<std::string>& wanted) {
    return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& name) {
        return std::find(present.begin(), present.end(), name) != present.end();
    });
}

/// An asked certificate of exactly these names that is not due, or an uploaded one that holds them.
bool serves(
    const Certificate& present, const IssueRequest& request, TimePoint renew_from, TimePoint now
) {
    if (present.server != request.server || present.site_key != request.site_key) {
        return false;
    }
    if (present.kind == "custom") {
        return present.not_after > now && holds_all(present.names, request.names);
    }
    return present.not_after > renew_from && holds_all(present.names, request.names) &&
           holds_all(request.names, present.names);
}

json event_data(const Certificate& certificate) {
    return {
        {"names", certificate.names},
        {"issuer", certificate.issuer},
        {"serial", certificate.serial},
        {"site", certificate.site.to_string()}};
}

/// One hour after the first failure, then doubling up to a day.
std::chrono::hours pause_after(std::int64_t failures) {
    return std::min(kFirstRetry * (1 << std::min<std::int64_t>(failures, 5)), kRetryMax);
}

users::Caller job_caller(TenantId tenant, queue::StepContext& step) {
    return {
        .tenant = tenant,
        .user = step.actor(),
        .permissions = {},
        .client_address = {},
        .request_id = {}};
}

}  // namespace

Certificates::Certificates(Needs needs) : needs_(std::move(needs)) {
    acme_ = std::make_unique<AcmeClient>(AcmeClient::Needs{
        .database = needs_.database,
        .sealer = needs_.sealer,
        .directory = needs_.options.directory,
        .contact = needs_.options.contact,
        .helper = needs_.options.helper,
        .extra_ca = needs_.options.extra_ca,
    });
}

Certificates::~Certificates() = default;

void Certificates::add_routes(http::Router& router) {
    needs_.shell.add_topic("certificate", [](db::Transaction& tx, const Uuid& id) {
        return CertificateStore(tx).get(CertificateId{id}).has_value();
    });
    routes_ = add_certificate_routes(*this, router);
}

void Certificates::add_jobs(queue::Registry& registry) {
    add_certificate_jobs(*this, registry);
}

Result<std::string> Certificates::acme_thumbprint() {
    return acme_->thumbprint();
}

TimePoint Certificates::renew_from() const {
    return needs_.clock.now() + std::chrono::hours(24) * needs_.options.renew_days_before;
}

Result<Certificate> Certificates::keep(
    Certificate certificate, const char* event, const users::Caller& caller
) {
    const bool is_upload = certificate.kind == "custom";
    return needs_.database.in_tenant(
        certificate.tenant,
        [&](db::Transaction& tx) -> Result<Certificate> {
            certificate.id = CertificateId{new_uuid(needs_.clock, needs_.random)};
            const auto kept = CertificateStore(tx).put(certificate);
            auto told = users::event_by(caller, event, kept.tenant);
            told.subject_type = "certificate";
            told.subject_id = kept.id.uuid;
            told.data = event_data(kept);
            events::publish(tx, told);
            shell::announce(tx, "certificate", kept.id.uuid, kept.tenant);
            if (is_upload && after_upload_) {
                after_upload_(tx, caller, kept.site);
            }
            return kept;
        }
    );
}

Result<bool> Certificates::has_one(const IssueRequest& request) {
    const auto present = TRY(needs_.database.in_tenant(
        request.tenant,
        [&](db::Transaction& tx) -> Result<std::optional<Certificate>> {
            return CertificateStore(tx).find_by_site(request.site);
        }
    ));
    return present && serves(*present, request, renew_from(), needs_.clock.now());
}

Result<json> Certificates::begin(const IssueRequest& request, queue::StepContext& step) {
    if (TRY(has_one(request))) {
        return json(nullptr);
    }
    return order_to_json(TRY(acme_->begin(request.names, watch_of(step))));
}

Result<json> Certificates::issue(
    const IssueRequest& request, const json& begun, queue::StepContext& step
) {
    if (TRY(has_one(request))) {
        return json::object();
    }
    auto got = TRY(get_and_install(needs_, *acme_, request, KeyChoice::KeepPrepared, begun, step));
    if (!got.certificate) {
        return step.again_in(got.again_in, got.so_far.parse());
    }
    TRY(keep(*std::move(got.certificate), "certificate.issued", job_caller(request.tenant, step)));
    return json::object();
}

Result<json> Certificates::renew_now(CertificateId id, queue::StepContext& step) {
    const auto in_tenant = [&](auto&& work) {
        return needs_.database.in_tenant(step.tenant(), work);
    };
    const auto present =
        in_tenant([&](db::Transaction& tx) { return CertificateStore(tx).get(id); });
    if (!present) {
        return json(nullptr);  // Its site is gone.
    }
    const IssueRequest request{
        present->tenant, present->site, present->site_key, present->server, present->names};
    auto got = get_and_install(needs_, *acme_, request, KeyChoice::Fresh, json(nullptr), step);
    if (!got) {
        const Error& error = got.error();
        if (error.code == ErrorCode::Cancelled) {
            return tl::unexpected(error);  // The worker stops; nothing went wrong.
        }
        const bool job_goes_on = is_retryable(error.code) && step.attempt() < kRenewalAttempts;
        std::optional<TimePoint> next_try;
        if (!job_goes_on) {
            const auto asked_for = error.retry_after.value_or(std::chrono::milliseconds{0});
            next_try =
                needs_.clock.now() +
                std::max<std::chrono::milliseconds>(pause_after(present->failures), asked_for);
        }
        TRY(in_tenant([&](db::Transaction& tx) -> Result<void> {
            CertificateStore(tx).note_failure(id, error.message, next_try);
            shell::announce(tx, "certificate", id.uuid, present->tenant);
            return {};
        }));
        return tl::unexpected(error);
    }
    if (!got->certificate) {
        return step.again_in(got->again_in, got->so_far.parse());
    }
    TRY(keep(*std::move(got->certificate), "certificate.renewed", job_caller(present->tenant, step))
    );
    return json(nullptr);
}

Result<std::string> Certificates::uploaded_fingerprint(TenantId tenant, const Uuid& site) {
    return needs_.database.in_tenant(tenant, [&](db::Transaction& tx) -> Result<std::string> {
        const auto found = CertificateStore(tx).find_by_site(site);
        return found && found->kind == "custom" ? found->fingerprint : std::string();
    });
}

Result<void> Certificates::forget_site(TenantId tenant, const Uuid& site) {
    return needs_.database.in_tenant(tenant, [&](db::Transaction& tx) -> Result<void> {
        CertificateStore(tx).remove_of_site(site);
        return {};
    });
}

Result<JobId> Certificates::renew(const users::Caller& caller, CertificateId id) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<JobId> {
        CertificateStore store(tx);
        const auto certificate = TRY(store.get(id));
        if (certificate.kind != "acme") {
            return fail(
                ErrorCode::Conflict, "This certificate was uploaded. Upload its successor instead."
            );
        }
        auto event = users::event_by(caller, "certificate.renewal_asked", certificate.tenant);
        event.subject_type = "certificate";
        event.subject_id = id.uuid;
        event.data = event_data(certificate);
        events::publish(tx, event);
        return enqueue_renewal(tx, certificate, caller.user);
    });
}

Result<Certificate> Certificates::upload(
    const users::Caller& caller, const UploadCertificate& request
) {
    const auto place = TRY(needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) {
        return needs_.find_site(tx, request.site);
    }));
    if (auto wrong = problems_of_upload(request, place.names, needs_.clock.now()); !wrong.empty()) {
        return fail_fields(std::move(wrong));
    }
    const json action{
        {"id", "upload"},
        {"do", "certificate.upload"},
        {"site", place.key},
        {"chain_pem", request.chain_pem},
        {"key_pem", request.key_pem}};
    const json plan{{"actions", json::array({action})}};
    const auto installed = needs_.apply(place.server, plan, kUploadLimit, [] { return false; });
    if (!installed) {
        auto error = installed.error();
        if (error.code == ErrorCode::Invalid && error.fields.empty()) {
            error.fields = {{"chain_pem", error.message}};
        }
        return tl::unexpected(std::move(error));
    }
    auto got = TRY(installed_certificate(
        *installed, {place.tenant, request.site, place.key, place.server, place.names}
    ));
    got.kind = "custom";
    got.state = "valid";
    return keep(std::move(got), "certificate.uploaded", caller);
}

Result<std::vector<Certificate>> Certificates::list(TenantId tenant) {
    return needs_.database.in_tenant(
        tenant,
        [](db::Transaction& tx) -> Result<std::vector<Certificate>> {
            return CertificateStore(tx).list();
        }
    );
}

Result<Certificate> Certificates::get(TenantId tenant, CertificateId id) {
    return needs_.database.in_tenant(tenant, [&](db::Transaction& tx) {
        return CertificateStore(tx).get(id);
    });
}

Result<std::vector<SiteChoice>> Certificates::sites(TenantId tenant) {
    return needs_.database.in_tenant(
        tenant,
        [&](db::Transaction& tx) -> Result<std::vector<SiteChoice>> {
            return list_sites_ ? list_sites_(tx) : std::vector<SiteChoice>{};
        }
    );
}

Result<void> Certificates::begin_due_renewals(TenantId tenant) {
    const auto now = needs_.clock.now();
    return needs_.database.in_tenant(tenant, [&](db::Transaction& tx) -> Result<void> {
        for (const auto& certificate : CertificateStore(tx).due(renew_from(), now)) {
            enqueue_renewal(tx, certificate, std::nullopt);
        }
        return {};
    });
}

}  // namespace hostelry::certificates
