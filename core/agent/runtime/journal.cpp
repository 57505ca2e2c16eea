#include "core/agent/runtime/journal.h"

#include "core/agent/runtime/descriptor.h"
#include "core/base/bytes.h"
#include "core/base/text.h"
#include "core/base/time.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

namespace hostelry::agent {

using nlohmann::json;

namespace {

constexpr std::size_t kRecordBytesMax = 16_MiB;
constexpr std::size_t kForgetBatch = 50;  // Looking through the folder each time would be waste.

std::string digest_of(const Plan& plan) {
    const std::string text = encode_plan(plan);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
    return to_hex(std::as_bytes(std::span{digest.data(), size}));
}

}  // namespace

std::string Journal::path_of(const std::string& plan) const {
    return layout_.state + "/plans/" + plan + ".json";
}

Result<std::optional<PlanRecord>> Journal::find(const std::string& plan) const {
    const auto text = TRY(read_file(path_of(plan), kRecordBytesMax));
    const json value = text ? json::parse(*text, nullptr, false) : json();
    // A record that was cut short by a power loss is worth as much as none: plans are repeatable.
    if (!value.is_object()) {
        return std::nullopt;
    }
    PlanRecord record;
    record.plan = plan;
    record.digest = value.value("digest", "");
    record.started = value.value("started", "");
    record.before = value.value("before", record.before);
    record.statuses = value.value("statuses", record.statuses);
    record.begun = value.value("begun", record.begun);
    if (value.contains("outcome")) {
        record.outcome = value["outcome"].dump();
    }
    return record;
}

Result<PlanRecord> Journal::begin(const Plan& plan) {
    auto known = TRY(find(plan.id));
    const auto digest = digest_of(plan);
    if (known && known->digest != digest) {
        return fail(ErrorCode::Conflict, "This plan id was used for another plan.");
    }
    if (known) {
        return *known;
    }
    TRY(ensure_directory(layout_.state, 0700));
    TRY(ensure_directory(layout_.state + "/plans", 0700));
    PlanRecord record;
    record.plan = plan.id;
    record.digest = digest;
    record.started = format_rfc3339(clock_.now());
    TRY(note(record));
    return record;
}

Result<void> Journal::note(const PlanRecord& record) const {
    return save(record, Durable::No);
}

Result<void> Journal::save(const PlanRecord& record, Durable durable) const {
    json value{
        {"digest", record.digest},
        {"started", record.started},
        {"before", record.before},
        {"statuses", record.statuses},
        {"begun", record.begun}};
    if (record.outcome) {
        value["outcome"] = json::parse(*record.outcome, nullptr, false);
    }
    return write_file_atomically(
        path_of(record.plan),
        value.dump(-1, ' ', false, json::error_handler_t::replace),
        0600,
        durable
    );
}

Result<void> Journal::finish(PlanRecord& record, const PlanOutcome& outcome) {
    record.outcome = encode_outcome(outcome);
    TRY(save(record, Durable::Yes));
    forget_oldest();
    return {};
}

void Journal::forget_oldest() const {
    std::vector<std::pair<std::int64_t, std::string>> plans;
    const std::string folder = layout_.state + "/plans";
    for (const auto& name : names_in(folder)) {
        struct stat facts {};
        const std::string path = fmt::format("{}/{}", folder, name);
        if (stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode)) {
            plans.emplace_back(facts.st_mtim.tv_sec, path);
        }
    }
    if (plans.size() < kPlansKept + kForgetBatch) {
        return;
    }
    std::sort(plans.begin(), plans.end());
    for (std::size_t i = 0; i + kPlansKept < plans.size(); ++i) {
        static_cast<void>(remove_file(plans[i].second));
    }
}

}  // namespace hostelry::agent
