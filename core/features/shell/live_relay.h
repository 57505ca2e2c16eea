#pragma once
// Carries what the database announces (job progress, changed objects) to the event streams of this
// process. Notices hold ids only; the browser asks again for what it shows, with its own rights.

#include "core/base/id.h"
#include "core/platform/db/database.h"
#include "core/platform/db/listener.h"
#include "core/platform/http/sse_hub.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hostelry::shell {

class LiveRelay {
public:
    LiveRelay(db::Database& database, db::Listener& listener, http::SseHub& hub);
    ~LiveRelay();
    LiveRelay(const LiveRelay&) = delete;
    LiveRelay& operator=(const LiveRelay&) = delete;

    void start();
    void stop();

private:
    struct Heard {
        std::string channel;
        std::string payload;
    };
    void hear(const db::Notice& notice);
    void work();
    void relay(const Heard& heard);
    void relay_job(const std::string& payload);
    void relay_change(const std::string& payload);
    /// The tenant and all above it. A tenant never moves, so the answer is kept.
    const std::vector<TenantId>& with_ancestors(TenantId tenant);

    db::Database& database_;
    db::Listener& listener_;
    http::SseHub& hub_;
    std::map<TenantId, std::vector<TenantId>> ancestors_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Heard> heard_;
    bool stopping_ = false;
    std::vector<db::Listener::Subscription> subscriptions_;
    std::thread thread_;
};

}  // namespace hostelry::shell
