#include "core/features/audit/audit.h"

#include "core/platform/crypto/digest.h"
#include "core/platform/log/log.h"

namespace hostelry::audit {
namespace {

constexpr std::int64_t kEntriesAtOnce = 1000;
const std::string kAuditListener = "audit";

constexpr std::string_view kAuditRootSql = "select hostelry.root_tenant() as id";

std::string at_position(std::int64_t position) {
    return "entry " + std::to_string(position);
}

/// Checks one entry after another; knows what the next one must name.
class ChainReader {
public:
    /// False at the first entry that does not fit.
    bool read(const AuditEntry& entry) {
        if (entry.previous_hash != hash_) {
            return fail_at(
                entry,
                "does not follow the entry before it: something was taken out, put in or exchanged."
            );
        }
        if (entry.hash != hash_of(entry)) {
            return fail_at(entry, "was changed after it was written.");
        }
        hash_ = entry.hash;
        verdict_.verified_to = entry.position;
        ++verdict_.entries;
        return true;
    }

    void compare_head(
        const std::optional<AuditHead>& head, const std::string& key, std::int64_t listener_position
    ) {
        if (!head) {
            if (verdict_.entries > 0 || listener_position > 0) {
                condemn("The head of the chain is missing.");
            }
        } else if (!crypto::equal_in_constant_time(signature_of(*head, key), head->signature)) {
            condemn(
                "The head of the chain carries a wrong signature: it was not written by this panel."
            );
        } else if (head->position != verdict_.verified_to || head->hash != hash_ || head->entries != verdict_.entries) {
            condemn(
                "The chain ends at " + at_position(verdict_.verified_to) +
                ", but its signed head says " + at_position(head->position) + " of " +
                std::to_string(head->entries) + " entries: the end was cut off or added to."
            );
        } else if (listener_position > head->position) {
            condemn(
                "Events up to " + std::to_string(listener_position) +
                " were recorded, but the chain ends at " + at_position(head->position) +
                ": an older state was put back."
            );
        }
    }

    const AuditVerdict& verdict() const { return verdict_; }

private:
    bool fail_at(const AuditEntry& entry, const std::string& what) {
        condemn("The " + at_position(entry.position) + " (" + entry.type + ") " + what);
        return false;
    }
    void condemn(std::string problem) {
        verdict_.intact = false;
        verdict_.problem = std::move(problem);
    }

    AuditVerdict verdict_;
    std::string hash_ = genesis_hash();
};

}  // namespace

void Audit::add_listeners(events::Dispatcher& dispatcher) {
    dispatcher.subscribe(
        kAuditListener,
        {"*"},
        [this](db::Transaction& tx, const events::Event& event) { return record(tx, event); }
    );
}

Result<void> Audit::record(db::Transaction& tx, const events::Event& event) {
    AuditStore store{tx};
    auto head = store.lock_head().value_or(AuditHead{0, 0, genesis_hash(), {}, {}});
    AuditEntry entry{
        .position = event.position,
        .event = event.id,
        .tenant = event.tenant,
        .tenant_name = {},
        .at = event.at,
        .type = event.type,
        .actor = event.actor,
        .actor_name = event.actor ? store.user_name(*event.actor) : "",
        .subject_type = event.subject_type,
        .subject = event.subject_id,
        .data = event.data.text(),
        .client_address = event.client_address,
        .request_id = event.request_id,
        .previous_hash = head.hash,
        .hash = {},
    };
    entry.hash = hash_of(entry);
    store.append(entry);
    head.position = entry.position;
    head.entries += 1;
    head.hash = entry.hash;
    head.signed_at = needs_.clock.now();
    head.signature = signature_of(head, signing_key_);
    store.put_head(head);
    if (head.entries % kEntriesAtOnce == 0) {
        // The log leaves this machine where the operator ships it: a head that an intruder cannot
        // take back.
        log::info(
            "audit",
            "head signed",
            {{"position", head.position}, {"hash", head.hash}, {"signature", head.signature}}
        );
    }
    return {};
}

shell::ActivitySource Audit::activity() const {
    return [](db::Transaction& tx, const shell::ActivityQuestion& question) {
        std::vector<view::ActivityEntry> shown;
        for (const auto& entry : AuditStore{tx}.recent(question.subject, question.count_max)) {
            shown.push_back(
                {.title = title_of(entry.type),
                 .about = question.subject ? "" : about_of(entry),
                 .who = question.may_audit ? who_of(entry) : "",
                 .href = question.may_audit ? "/audit/" + std::to_string(entry.position) : "",
                 .at = entry.at}
            );
        }
        return shown;
    };
}

Result<AuditPage> Audit::list(TenantId tenant, const AuditFilter& filter, std::int64_t count_max) {
    return needs_.database.in_tenant(tenant, [&](db::Transaction& tx) -> Result<AuditPage> {
        return AuditStore{tx}.list(filter, count_max);
    });
}

Result<AuditEntry> Audit::get(TenantId tenant, std::int64_t position) {
    return needs_.database.in_tenant(tenant, [&](db::Transaction& tx) -> Result<AuditEntry> {
        auto entry = AuditStore{tx}.find(position);
        if (!entry) {
            return fail(ErrorCode::NotFound, "There is no such entry.");
        }
        return *std::move(entry);
    });
}

Result<std::vector<std::string>> Audit::types(TenantId tenant) {
    return needs_.database.in_tenant(
        tenant,
        [&](db::Transaction& tx) -> Result<std::vector<std::string>> {
            return AuditStore{tx}.types();
        }
    );
}

Result<AuditVerdict> Audit::verify() {
    const db::TransactionOptions one_moment{
        .isolation = db::Isolation::RepeatableRead, .read_only = true};
    auto verdict = needs_.database.in_system(
        [&](db::Transaction& tx) -> Result<AuditVerdict> {
            const auto root = tx.query_one(kAuditRootSql)["id"].optional_id<TenantId>();
            if (!root) {
                return AuditVerdict{};
            }
            tx.enter_tenant(*root);
            AuditStore store{tx};
            ChainReader reader;
            std::int64_t position = -1;
            for (auto some = store.after(position, kEntriesAtOnce); !some.empty();
                 some = store.after(position, kEntriesAtOnce)) {
                for (const auto& entry : some) {
                    if (!reader.read(entry)) {
                        return reader.verdict();
                    }
                    position = entry.position;
                }
            }
            reader.compare_head(
                store.head(), signing_key_, store.listener_position(kAuditListener)
            );
            return reader.verdict();
        },
        one_moment
    );
    if (verdict) {
        last_verdict_.with([&](auto& last) { last.emplace(*verdict, needs_.clock.now()); });
        if (!verdict->intact) {
            log::error("audit", "The audit trail is not intact.", {{"problem", verdict->problem}});
        }
    }
    return verdict;
}

std::optional<std::pair<AuditVerdict, TimePoint>> Audit::last_verdict() const {
    return last_verdict_.with([](const auto& last) { return last; });
}

}  // namespace hostelry::audit
