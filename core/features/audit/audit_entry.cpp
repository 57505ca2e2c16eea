#include "core/features/audit/audit_entry.h"

#include "core/base/operator_user.h"
#include "core/base/text.h"
#include "core/platform/crypto/digest.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace hostelry::audit {
namespace {

// As those read them who work with the panel; what is missing here is spelled out of its type.
constexpr std::array<std::pair<std::string_view, std::string_view>, 50> kTitles{{
    {"certificate.issued", "Certificate issued"},
    {"certificate.renewal_asked", "Renewal of a certificate asked for"},
    {"database.password_reset", "Database password changed"},
    {"dns_backend.created", "Name servers added"},
    {"dns_backend.deleted", "Name servers removed"},
    {"dns_record.changed", "DNS record changed"},
    {"dns_record.created", "DNS record added"},
    {"dns_record.deleted", "DNS record deleted"},
    {"dns_zone.created", "DNS zone added"},
    {"dns_zone.deletion_asked", "Deletion of a DNS zone asked for"},
    {"dns_zone.dnssec_asked", "DNSSEC switched"},
    {"dns_zone.push_asked", "DNS zone sent again"},
    {"dns_zone.ready", "DNS zone live"},
    {"server.bring_up_asked", "Set-up of a server asked for"},
    {"server.failed", "Server could not be set up"},
    {"server.offered", "Server offered to an account"},
    {"server.provisioning", "Server being set up"},
    {"server.removal_asked", "Removal of a server asked for"},
    {"server.withdrawn", "Server withdrawn from an account"},
    {"session.acting_in", "Acted for another account"},
    {"session.ended", "Signed out"},
    {"session.refused", "Sign-in refused"},
    {"session.started", "Signed in"},
    {"settings.updated", "Settings changed"},
    {"site.delete_failed", "Site could not be deleted"},
    {"site.deletion_requested", "Deletion of a site asked for"},
    {"site.domain_vouched", "Somebody vouched for a domain"},
    {"site.failed", "Site could not be set up"},
    {"site.https_requested", "HTTPS asked for"},
    {"site.password_revealed", "Site password shown"},
    {"site.redeploy_failed", "Site could not be deployed again"},
    {"site.redeploy_requested", "Site to be deployed again"},
    {"site.redeployed", "Site deployed again"},
    {"site.resumption_requested", "Site to be resumed"},
    {"site.suspension_requested", "Site to be suspended"},
    {"tenant.created", "Account created"},
    {"tenant.deleted", "Account deleted"},
    {"tenant.resumed", "Account resumed"},
    {"tenant.suspended", "Account suspended"},
    {"tenant.updated", "Account changed"},
    {"user.created", "Person added"},
    {"user.deleted", "Person removed"},
    {"user.password_change_refused", "Password change refused"},
    {"user.password_changed", "Password changed"},
    {"user.password_link_made", "Password link made"},
    {"user.password_set_by_link", "Password set by a link"},
    {"user.profile_updated", "Profile changed"},
    {"user.resumed", "Person resumed"},
    {"user.suspended", "Person suspended"},
    {"user.updated", "Person changed"},
}};

/// Canonical bytes: each part as "<length>:<bytes>", absent ones as "-".
class CanonicalText {
public:
    CanonicalText& add(std::string_view part) {
        text_ += std::to_string(part.size());
        text_ += ':';
        text_ += part;
        return *this;
    }
    CanonicalText& add(const std::optional<Uuid>& id) {
        if (id) {
            return add(id->to_string());
        }
        text_ += '-';
        return *this;
    }
    CanonicalText& add(TimePoint time) {
        return add(std::to_string(time.time_since_epoch().count()));
    }
    CanonicalText& add(std::int64_t number) { return add(std::to_string(number)); }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

}  // namespace

std::string genesis_hash() {
    return crypto::sha256_hex("hostelry audit, version 1");
}

std::string hash_of(const AuditEntry& entry) {
    CanonicalText text;
    text.add(entry.previous_hash)
        .add(entry.position)
        .add(std::optional{entry.event})
        .add(std::optional{entry.tenant.uuid})
        .add(entry.at)
        .add(entry.type)
        .add(entry.actor ? std::optional{entry.actor->uuid} : std::nullopt)
        .add(entry.actor_name)
        .add(entry.subject_type)
        .add(entry.subject)
        .add(entry.data)
        .add(entry.client_address)
        .add(entry.request_id);
    return crypto::sha256_hex(text.text());
}

std::string signature_of(const AuditHead& head, const std::string& key) {
    CanonicalText text;
    text.add(head.position).add(head.entries).add(head.hash).add(head.signed_at);
    return to_hex(crypto::hmac_sha256(key, text.text()));
}

std::string about_of(const AuditEntry& entry) {
    const auto data = nlohmann::json::parse(entry.data, nullptr, false);
    if (!data.is_object()) {
        return {};
    }
    for (const char* name : {"name", "domain", "zone", "database", "title"}) {
        if (const auto found = data.find(name); found != data.end() && found->is_string()) {
            return found->get<std::string>();
        }
    }
    const auto names = data.value("names", nlohmann::json::array());
    return !names.empty() && names.front().is_string() ? names.front().get<std::string>() : "";
}

std::string who_of(const AuditEntry& entry) {
    if (entry.actor == operator_user()) {
        return "Operator (command line)";
    }
    return !entry.actor_name.empty() ? entry.actor_name
           : entry.actor             ? "A deleted person"
                                     : "The panel";
}

std::string title_of(const std::string& type) {
    const auto* const told = std::find_if(kTitles.begin(), kTitles.end(), [&](const auto& one) {
        return one.first == type;
    });
    if (told != kTitles.end()) {
        return std::string(told->second);
    }
    auto title = type;
    for (char& c : title) {
        c = c == '_' || c == '.' ? ' ' : c;
    }
    if (title.starts_with("dns")) {
        return "DNS" + title.substr(3);
    }
    if (!title.empty() && title.front() >= 'a' && title.front() <= 'z') {
        title.front() = static_cast<char>(title.front() - 'a' + 'A');
    }
    return title;
}

}  // namespace hostelry::audit

namespace hostelry {

template <>
const Description& describe<audit::AuditEntry>() {
    static const Description kDescription{
        "AuditEntry",
        {
            field<&audit::AuditEntry::position>("position", {.label = "Position"}),
            field<&audit::AuditEntry::event>("event"),
            field<&audit::AuditEntry::tenant>("tenant"),
            field<&audit::AuditEntry::tenant_name>("tenant_name", {.label = "Account"}),
            field<&audit::AuditEntry::at>("at", {.label = "Time"}),
            field<&audit::AuditEntry::type>("type", {.label = "What"}),
            field<&audit::AuditEntry::actor>("actor"),
            field<&audit::AuditEntry::actor_name>("actor_name", {.label = "Who"}),
            field<&audit::AuditEntry::subject_type>("subject_type", {.label = "Kind of thing"}),
            field<&audit::AuditEntry::subject>("subject"),
            field<&audit::AuditEntry::data>(
                "data", {.label = "Facts", .help = "JSON, as it was hashed."}
            ),
            field<&audit::AuditEntry::client_address>("client_address", {.label = "From"}),
            field<&audit::AuditEntry::request_id>("request_id", {.label = "Request"}),
            field<&audit::AuditEntry::previous_hash>("previous_hash", {.label = "Hash before"}),
            field<&audit::AuditEntry::hash>("hash", {.label = "Hash"}),
        }};
    return kDescription;
}

template <>
const Description& describe<audit::ListAudit>() {
    using audit::ListAudit;
    static const Description kDescription{
        "ListAudit",
        {
            field<&ListAudit::words>(
                "q",
                {.label = "Words", .help = "Only those with this in who, what or where", .max = 200}
            ),
            field<&ListAudit::actor>(
                "actor", {.label = "Who", .help = "Only what this person did"}
            ),
            field<&ListAudit::type>(
                "type",
                {.label = "What",
                 .help = "Only this, such as user.created, or user for all of a kind",
                 .max = 100}
            ),
            field<&ListAudit::subject>(
                "subject",
                {.label = "About", .help = "Only those about this person, site, server ..."}
            ),
            field<&ListAudit::since>(
                "since",
                {.label = "Since", .help = "From this day (2026-11-21) or moment on", .max = 40}
            ),
            field<&ListAudit::until>(
                "until", {.label = "Until", .help = "Up to this day or moment", .max = 40}
            ),
            field<&ListAudit::after>(
                "after", {.label = "After", .help = "Go on behind the answer whose next this is"}
            ),
        }};
    return kDescription;
}

template <>
const Description& describe<audit::AuditVerdict>() {
    static const Description kDescription{
        "AuditVerdict",
        {
            field<&audit::AuditVerdict::intact>("intact", {.label = "Intact"}),
            field<&audit::AuditVerdict::verified_to>("verified_to", {.label = "Verified up to"}),
            field<&audit::AuditVerdict::entries>("entries", {.label = "Entries"}),
            field<&audit::AuditVerdict::problem>("problem", {.label = "Problem"}),
        }};
    return kDescription;
}

}  // namespace hostelry
