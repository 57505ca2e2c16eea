#pragma once
// The front door of sites. A change is one transaction with its event and its job; the job does the
// work outside.

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/features/databases/databases.h"
#include "core/features/shell/shell.h"
#include "core/features/sites/domain_proof.h"
#include "core/features/sites/site.h"
#include "core/features/sites/site_infrastructure.h"
#include "core/features/sites/site_store.h"
#include "core/features/sites/site_types.h"
#include "core/features/users/caller.h"
#include "core/platform/crypto/sealing.h"
#include "core/platform/db/database.h"
#include "core/platform/http/route.h"
#include "core/platform/queue/queue.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hostelry::sites {

struct SiteSettings {
    /// Host names of the panel itself: no site may have them, or a name above or below them.
    std::vector<std::string> panel_names{};
    /// Sites show as <key>.<domain> before their DNS is live. Empty turns previews off.
    std::string preview_domain = "preview.localhost";
    std::string preview_scheme = "http";
    /// What a preview link has after the name: ":8081", or nothing.
    std::string preview_port{};
    std::chrono::seconds propagation_timeout{120};
    /// PEM of further authorities that issue for our sites (a test CA); asked at each check. Null:
    /// none.
    std::function<std::string()> extra_roots{};
};

/// Whether a look at a domain's proof may ask name servers, which takes a moment.
enum class ProofLook { AskNameServers, Quick };

/// A site on its way: what pages and API answer to a change.
struct SiteChange {
    Site site{};
    JobId job{};
    bool is_repeat = false;  ///< The request had been carried out before.
};

class Sites : public databases::DatabaseHosts {
public:
    struct Needs {
        db::Database& database;
        const Clock& clock;
        Random& random;
        const crypto::Sealer& sealer;
        shell::Shell& shell;
        SiteInfrastructure& infrastructure;
        SiteSettings settings;
    };
    explicit Sites(Needs needs) : needs_(std::move(needs)) {}

    void add_routes(http::Router& router);
    /// "site.deploy", "site.redeploy", "site.suspend", "site.resume", "site.secure" and
    /// "site.delete".
    void add_jobs(queue::Registry& registry);

    // Operations. Each sees only the tree of the caller's tenant (NotFound).

    /// Invalid with every wrong field at once; Forbidden in a suspended account. A `request_key`
    /// seen before in that tenant answers the site made then.
    Result<SiteChange> create(
        const users::Caller& caller,
        const CreateSite& request,
        const std::optional<std::string>& request_key = {}
    );
    /// Whether the caller's tenant may take the domain, and what to do when it must show first that
    /// the domain is its own. Invalid (field "domain") when it is no domain.
    Result<DomainProof> domain_proof(
        const users::Caller& caller,
        const std::string& typed,
        ProofLook look = ProofLook::AskNameServers
    );
    Result<Site> get(const users::Caller& caller, SiteId id);
    /// The catalogue, by title.
    Result<std::vector<SiteTemplate>> templates(const users::Caller& caller);
    Result<SitePage> list(
        const users::Caller& caller, const SiteFilter& filter, std::int64_t count_max = 25
    );
    /// Of a site whose first deployment failed: that deployment again.
    Result<SiteChange> redeploy(const users::Caller& caller, SiteId id);
    Result<SiteChange> suspend(const users::Caller& caller, SiteId id);
    Result<SiteChange> resume(const users::Caller& caller, SiteId id);
    /// A certificate has been installed on the site's server by hand: its virtual host takes it
    /// into use when it is still plain HTTP. Nothing while a job of the site runs that will do so.
    void take_certificate(db::Transaction& tx, const users::Caller& caller, const Uuid& id);
    /// `typed_name` must be the site's domain. Final.
    Result<SiteChange> remove(
        const users::Caller& caller, SiteId id, const std::string& typed_name
    );
    /// The generated password of the site's own administrator, once; Conflict afterwards.
    Result<RevealedPassword> reveal_password(const users::Caller& caller, SiteId id);

    // databases::DatabaseHosts
    Result<nlohmann::json> apply(
        const databases::SiteDatabase& database,
        const nlohmann::json& actions,
        queue::StepContext& step
    ) override;
    Result<void> write_configuration(
        const databases::SiteDatabase& database, queue::StepContext& step
    ) override;

    SiteAnswer answer_of(const Site& site) const;
    std::string url_of(const Site& site) const;
    std::string preview_url_of(const Site& site) const;
    std::string login_url_of(const Site& site) const;

private:
    Result<DomainProof> look_at_ownership(
        const users::Caller& caller, const std::string& domain, ProofLook look
    );
    Result<SiteChange> create_in(
        db::Transaction& tx,
        const users::Caller& caller,
        const CreateSite& request,
        const DomainProof& proof,
        const std::optional<std::string>& request_key
    );
    /// Gives the site to a new job of this kind, in this state, with its event.
    SiteChange hand_to_job(
        db::Transaction& tx,
        const users::Caller& caller,
        Site site,
        SiteState state,
        const std::string& job_kind,
        const std::string& event
    );

    Needs needs_;
};

}  // namespace hostelry::sites
