#include "core/features/certificates/certificate_store.h"

namespace hostelry::certificates {
namespace {

constexpr std::chrono::days kOursShouldHaveLeft{14};
constexpr std::chrono::days kUploadedShouldHaveLeft{30};

#define CERTIFICATE_COLUMNS                                                                       \
    "c.tenant_id, c.id, c.site_id, c.site_key, c.server_id, c.kind, c.state, c.names, c.issuer, " \
    "c.serial, c.fingerprint, c.not_before, c.not_after, c.problem, c.failures, c.next_try_at "
#define CERTIFICATE_IN_VIEW "c.tenant_id in (table hostelry.tenants_in_view) "
constexpr auto kListCertificatesSql =
    "select " CERTIFICATE_COLUMNS "from hostelry.certificates c where " CERTIFICATE_IN_VIEW
    "order by c.not_after, c.id limit 2000";
constexpr auto kFindCertificateSql =
    "select " CERTIFICATE_COLUMNS "from hostelry.certificates c where c.id = $1";
constexpr auto kFindBySiteSql =
    "select " CERTIFICATE_COLUMNS "from hostelry.certificates c where c.site_id = $1";
constexpr auto kDueCertificatesSql = "select " CERTIFICATE_COLUMNS R"(from hostelry.certificates c
     where c.kind = 'acme' and c.not_after < $1 and (c.next_try_at is null or c.next_try_at <= $2)
     order by c.not_after limit 200)";
constexpr auto kPutCertificateSql = R"(
    insert into hostelry.certificates as c
        (tenant_id, id, site_id, site_key, server_id, kind, names, issuer, serial, fingerprint, not_before, not_after)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    on conflict (site_id) do update
       set site_key = excluded.site_key, server_id = excluded.server_id, kind = excluded.kind, state = 'valid',
           names = excluded.names, issuer = excluded.issuer, serial = excluded.serial,
           fingerprint = excluded.fingerprint, not_before = excluded.not_before, not_after = excluded.not_after,
           problem = '', failures = 0, next_try_at = null, updated_at = now()
    returning )" CERTIFICATE_COLUMNS;
#define CERTIFICATE_EXPIRES_SOON \
    "c.not_after < (case c.kind when 'acme' then $1::timestamptz else $2::timestamptz end) "
constexpr auto kTroubledCertificatesSql =
    "select " CERTIFICATE_COLUMNS "from hostelry.certificates c where " CERTIFICATE_IN_VIEW
    "and (c.state = 'failed' or " CERTIFICATE_EXPIRES_SOON ") order by c.not_after, c.id limit $3";
#undef CERTIFICATE_COLUMNS
constexpr auto kCountCertificatesSql =
    "select count(*) as all_certificates, count(*) filter (where c.state = 'failed') as failed, "
    "count(*) filter (where c.state <> 'failed' and " CERTIFICATE_EXPIRES_SOON
    ") as expiring from hostelry.certificates c where " CERTIFICATE_IN_VIEW;
#undef CERTIFICATE_IN_VIEW
#undef CERTIFICATE_EXPIRES_SOON
constexpr auto kNoteFailureSql = R"(
    update hostelry.certificates
       set state = 'failed', problem = $2, updated_at = now(), next_try_at = $3,
           failures = failures + case when $3::timestamptz is null then 0 else 1 end
     where id = $1)";
constexpr auto kRemoveOfSiteSql = "delete from hostelry.certificates where site_id = $1";

Certificate read_certificate(const db::Row& row) {
    Certificate certificate;
    certificate.id = row["id"].id<CertificateId>();
    certificate.tenant = row["tenant_id"].id<TenantId>();
    certificate.site = row["site_id"].uuid();
    certificate.kind = row["kind"].text();
    certificate.state = row["state"].text();
    certificate.names = row["names"].text_list();
    certificate.issuer = row["issuer"].text();
    certificate.serial = row["serial"].text();
    certificate.fingerprint = row["fingerprint"].text();
    certificate.not_before = row["not_before"].time();
    certificate.not_after = row["not_after"].time();
    certificate.problem = row["problem"].text();
    certificate.failures = row["failures"].integer();
    certificate.next_try_at = row["next_try_at"].optional_time();
    certificate.site_key = row["site_key"].text();
    certificate.server = row["server_id"].id<ServerId>();
    return certificate;
}

std::vector<Certificate> read_certificates(const db::Rows& rows) {
    std::vector<Certificate> certificates;
    for (const auto& row : rows) {
        certificates.push_back(read_certificate(row));
    }
    return certificates;
}

}  // namespace

ExpirySoon expiry_soon(TimePoint now) {
    return {now + kOursShouldHaveLeft, now + kUploadedShouldHaveLeft};
}

std::vector<Certificate> CertificateStore::list() {
    return read_certificates(tx_.query(kListCertificatesSql));
}

CertificateCounts CertificateStore::counts(const ExpirySoon& soon) {
    const auto row = tx_.query_one(kCountCertificatesSql, soon.ours, soon.uploaded);
    return {
        .all = row["all_certificates"].integer(),
        .expiring = row["expiring"].integer(),
        .failed = row["failed"].integer()};
}

std::vector<Certificate> CertificateStore::troubled(
    const ExpirySoon& soon, std::int64_t count_max
) {
    return read_certificates(
        tx_.query(kTroubledCertificatesSql, soon.ours, soon.uploaded, count_max)
    );
}

Result<Certificate> CertificateStore::get(CertificateId id) {
    const auto row = tx_.query_optional(kFindCertificateSql, id);
    if (!row) {
        return fail(ErrorCode::NotFound, "There is no such certificate.");
    }
    return read_certificate(*row);
}

std::optional<Certificate> CertificateStore::find_by_site(const Uuid& site) {
    const auto row = tx_.query_optional(kFindBySiteSql, site);
    return row ? std::optional{read_certificate(*row)} : std::nullopt;
}

Certificate CertificateStore::put(const Certificate& certificate) {
    return read_certificate(tx_.query_one(
        kPutCertificateSql,
        certificate.tenant,
        certificate.id,
        certificate.site,
        certificate.site_key,
        certificate.server,
        certificate.kind,
        certificate.names,
        certificate.issuer,
        certificate.serial,
        certificate.fingerprint,
        certificate.not_before,
        certificate.not_after
    ));
}

void CertificateStore::note_failure(
    CertificateId id, std::string_view problem, const std::optional<TimePoint>& next_try_at
) {
    tx_.execute(kNoteFailureSql, id, problem, next_try_at);
}

void CertificateStore::remove_of_site(const Uuid& site) {
    tx_.execute(kRemoveOfSiteSql, site);
}

std::vector<Certificate> CertificateStore::due(TimePoint until, TimePoint now) {
    return read_certificates(tx_.query(kDueCertificatesSql, until, now));
}

}  // namespace hostelry::certificates
