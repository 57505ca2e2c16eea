#pragma once
// The front door to certificates: asked from an ACME authority, or uploaded. The private key of an
// asked one is made on the site's server and never leaves it; that of an uploaded one passes
// through and is not kept.

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/features/certificates/certificate_types.h"
#include "core/features/users/caller.h"
#include "core/platform/crypto/sealing.h"
#include "core/platform/db/database.h"
#include "core/platform/queue/queue.h"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::http {
class Router;
}
namespace hostelry::shell {
class Shell;
}

namespace hostelry::certificates {

class AcmeClient;

struct IssueRequest {
    TenantId tenant{};
    Uuid site{};
    std::string site_key;
    ServerId server{};
    std::vector<std::string> names;
};

/// Where a site lives, for uploads. In the caller's transaction; NotFound for a site that may not
/// be seen.
struct SitePlace {
    TenantId tenant{};
    std::string key;
    ServerId server{};
    std::vector<std::string> names;
};
/// A site to choose from: id and domain.
struct SiteChoice {
    Uuid id{};
    std::string domain;
};
using ListSites = std::function<std::vector<SiteChoice>(db::Transaction& tx)>;
using AfterUpload =
    std::function<void(db::Transaction& tx, const users::Caller& caller, const Uuid& site)>;
using FindSite = std::function<Result<SitePlace>(db::Transaction& tx, const Uuid& site)>;

/// Has the shape of servers::Servers::apply: carries out a plan on a server and answers its
/// results.
using ApplyPlan = std::function<Result<nlohmann::json>(
    ServerId server,
    const nlohmann::json& plan,
    std::chrono::milliseconds timeout,
    const std::function<bool()>& cancelled
)>;

class Certificates {
public:
    struct Options {
        std::string directory;  ///< As `acme.directory`.
        std::string contact;    ///< As `acme.contact`.
        std::string helper;     ///< As `acme.helper`: path of acme_helper.py.
        std::string extra_ca;   ///< As `outbound.extra_ca`.
        std::int64_t renew_days_before = 30;
    };
    struct Needs {
        db::Database& database;
        const Clock& clock;
        Random& random;
        const crypto::Sealer& sealer;
        shell::Shell& shell;
        ApplyPlan apply;
        FindSite find_site;
        Options options;
    };
    explicit Certificates(Needs needs);
    ~Certificates();
    Certificates(const Certificates&) = delete;
    Certificates& operator=(const Certificates&) = delete;

    void add_routes(http::Router& router);
    /// Before start: what the upload form offers. Without it the form asks for a site's id.
    void list_sites_with(ListSites list) { list_sites_ = std::move(list); }
    /// Before start: called in the transaction that notes an uploaded certificate, so that its site
    /// takes it into use.
    void after_upload(AfterUpload act) { after_upload_ = std::move(act); }
    void add_jobs(queue::Registry& registry);

    // For job steps; never inside a transaction, all repeatable.
    /// Of the account key, which is made on first use; goes into vhost.ensure.
    Result<std::string> acme_thumbprint();
    /// Orders a certificate and lets the authority look, so that it works while the site is being
    /// built. The web server must answer the challenge already. Answers what `issue` takes as
    /// `begun`; null when the site has a certificate.
    Result<nlohmann::json> begin(const IssueRequest& request, queue::StepContext& step);
    /// A whole step: gets and installs the certificate, going on with the order `begun` by an
    /// earlier step or with one of its own (null), and lets the step run again later while the
    /// authority works. Does nothing when the site has one for these names that is not due.
    Result<nlohmann::json> issue(
        const IssueRequest& request, const nlohmann::json& begun, queue::StepContext& step
    );
    /// "sha256:..." of the certificate that was uploaded for a site; empty when it has none, or one
    /// from the authority.
    Result<std::string> uploaded_fingerprint(TenantId tenant, const Uuid& site);
    /// Forgets the rows of a site that is gone.
    Result<void> forget_site(TenantId tenant, const Uuid& site);

    // Operations; each publishes its event.
    Result<JobId> renew(const users::Caller& caller, CertificateId id);
    /// Checks and installs it on the site's server; the key is not kept. Invalid with fields.
    Result<Certificate> upload(const users::Caller& caller, const UploadCertificate& request);

    // Reading, in the acting tenant.
    Result<std::vector<Certificate>> list(TenantId tenant);
    Result<Certificate> get(TenantId tenant, CertificateId id);
    Result<std::vector<SiteChoice>> sites(TenantId tenant);

    // Job steps of this feature.
    /// A new key and a new certificate for the same names. The old one stays in place when it
    /// fails.
    Result<nlohmann::json> renew_now(CertificateId id, queue::StepContext& step);
    /// Enqueues a renewal for each certificate of the tenant's tree that is due.
    Result<void> begin_due_renewals(TenantId tenant);

    const Needs& needs() const { return needs_; }
    /// Certificates that expire before this moment are renewed.
    TimePoint renew_from() const;

private:
    /// Whether the site has a certificate that will do.
    Result<bool> has_one(const IssueRequest& request);
    Result<Certificate> keep(
        Certificate certificate, const char* event, const users::Caller& caller
    );

    Needs needs_;
    ListSites list_sites_;
    AfterUpload after_upload_;
    std::unique_ptr<AcmeClient> acme_;
    std::shared_ptr<void> routes_;
};

}  // namespace hostelry::certificates
