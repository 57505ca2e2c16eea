#include "core/features/shell/live_relay.h"

#include "core/base/text.h"

#include <algorithm>

namespace hostelry::shell {
namespace {

constexpr std::size_t kHeardMax =
    10'000;  // More is dropped; pages also refresh when they are opened.
constexpr std::size_t kTenantsKept = 10'000;

}  // namespace

LiveRelay::LiveRelay(db::Database& database, db::Listener& listener, http::SseHub& hub)
    : database_(database), listener_(listener), hub_(hub) {}

LiveRelay::~LiveRelay() {
    stop();
}

void LiveRelay::start() {
    for (const char* channel : {"hostelry_jobs", "hostelry_changes"}) {
        subscriptions_.push_back(listener_.listen(channel, [this](const db::Notice& notice) {
            hear(notice);
        }));
    }
    thread_ = std::thread([this] { work(); });
}

void LiveRelay::stop() {
    subscriptions_.clear();
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void LiveRelay::hear(const db::Notice& notice) {
    if (notice.payload.empty()) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        const bool repeated = !heard_.empty() && heard_.back().payload == notice.payload;
        if (repeated || heard_.size() >= kHeardMax) {
            return;
        }
        heard_.push_back({std::string(notice.channel), std::string(notice.payload)});
    }
    wake_.notify_one();
}

void LiveRelay::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return stopping_ || !heard_.empty(); });
        if (stopping_) {
            return;
        }
        const Heard next = std::move(heard_.front());
        heard_.pop_front();
        lock.unlock();
        relay(next);
        lock.lock();
    }
}

void LiveRelay::relay(const Heard& heard) {
    if (heard.channel == "hostelry_jobs") {
        relay_job(heard.payload);
    } else {
        relay_change(heard.payload);
    }
}

void LiveRelay::relay_job(const std::string& payload) {
    const auto parts = split(payload, '/');
    const auto tenant = TenantId::parse(parts[0]);
    if (parts.size() != 2 || !tenant) {
        return;
    }
    hub_.publish("job:" + parts[1], "job", "");
    for (const auto& above : with_ancestors(*tenant)) {
        hub_.publish("tenant:" + above.to_string() + ":jobs", "jobs", "");
        hub_.publish("list:job:" + above.to_string(), "list", "");
    }
}

void LiveRelay::relay_change(const std::string& payload) {
    const auto parts = split(payload, '/');
    const auto tenant = parts.size() == 3 ? TenantId::parse(parts[2]) : std::nullopt;
    if (!tenant) {
        return;
    }
    hub_.publish(parts[0] + ":" + parts[1], "list", "");
    for (const auto& above : with_ancestors(*tenant)) {
        hub_.publish("list:" + parts[0] + ":" + above.to_string(), "list", "");
    }
}

const std::vector<TenantId>& LiveRelay::with_ancestors(TenantId tenant) {
    if (const auto known = ancestors_.find(tenant); known != ancestors_.end()) {
        return known->second;
    }
    if (ancestors_.size() >= kTenantsKept) {
        ancestors_.clear();
    }
    std::vector<TenantId> tenants;
    const auto rows =
        database_.single_statement("select id from hostelry.tenant_ancestors($1)", tenant);
    if (!rows) {
        static const std::vector<TenantId> kNobody;
        return kNobody;  // Not kept: the database will be back.
    }
    for (const auto row : *rows) {
        tenants.push_back(row["id"].id<TenantId>());
    }
    return ancestors_[tenant] = std::move(tenants);
}

}  // namespace hostelry::shell
