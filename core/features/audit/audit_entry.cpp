#include "core/features/audit/audit_entry.h"

#include "core/base/operator_user.h"
#include "core/base/text.h"
#include "core/platform/crypto/digest.h"

#include <nlohmann/json.hpp>

namespace hostelry::audit {
namespace {

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
    for (const char* name : {"name", "domain", "zone", "title"}) {
        if (data.is_object() && data.contains(name) && data[name].is_string()) {
            return data[name].get<std::string>();
        }
    }
    return {};
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
    auto title = type;
    for (char& c : title) {
        c = c == '_' || c == '.' ? ' ' : c;
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
