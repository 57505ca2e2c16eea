#pragma once
// The outbox: an event is a row written in the transaction that makes the change, and each named
// listener gets each event at least once, in one order that is the same for all (architecture 4
// and 12.13).

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/result.h"
#include "core/platform/db/database.h"
#include "core/platform/db/json_text.h"
#include "core/platform/db/listener.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::events {

struct NewEvent {
    std::string type;  ///< "<feature>.<what happened>": "site.created"
    TenantId tenant;   ///< whose event it is; platform-wide ones belong to the root tenant
    std::optional<UserId> actor{};  ///< nobody: the system
    std::string subject_type{};
    std::optional<Uuid> subject_id{};
    /// Small facts, no secrets: it is kept for years and shown in the audit.
    db::JsonText data{};
    std::string client_address{};
    std::string request_id{};
};

/// Writes the event in the caller's transaction (in_tenant); answers its id.
Uuid publish(db::Transaction& tx, const NewEvent& event);

struct Event {
    /// Place in the one order of all events; grows by one. Given after the commit by an elected
    /// sealer, so a listener that has seen n has seen everything up to n, and a cause always has a
    /// lower position than its effect.
    std::int64_t position;
    Uuid id;
    TimePoint at;
    std::string type;
    TenantId tenant;
    std::optional<UserId> actor;
    std::string subject_type;
    std::optional<Uuid> subject_id;
    db::JsonText data;
    std::string client_address;
    std::string request_id;
};

/// Reacts to one event. `tx` is in the event's tenant and commits together with the listener's
/// place, so database effects happen exactly once; everything else at least once. For work outside:
/// enqueue a job in `tx`. An Error (or an exception) rolls back and is tried again with backoff;
/// after `failures_max` of them the event is put into hostelry.event_dead_letters with the reason,
/// logged, and the listener goes on with the next.
using Handler = std::function<Result<void>(db::Transaction& tx, const Event& event)>;

struct DispatcherOptions {
    int failures_max = 8;
    std::chrono::milliseconds backoff_first{500};
    std::chrono::milliseconds backoff_max{60000};
    std::chrono::milliseconds poll{5000};
};

struct DispatcherFigures {
    std::uint64_t delivered_total, failed_total, dead_total;
};

/// Seals and delivers; runs in workers. With several processes each listener is served by one at a
/// time.
class Dispatcher {
public:
    /// `listener` is the process's own; null means only polling. Both must outlive the dispatcher.
    Dispatcher(db::Database& database, db::Listener* listener, DispatcherOptions options = {});
    ~Dispatcher();
    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;

    enum class From { Beginning, Now };
    /// Before start(). `types`: exact ("site.created"), by prefix ("site.*") or all ("*"). `from`
    /// counts when the name is new to the database; afterwards its stored place does.
    void subscribe(
        std::string name,
        const std::vector<std::string>& types,
        Handler handler,
        From from = From::Beginning
    );

    void start();
    /// Finishes the event in hand, then returns.
    void stop();
    /// Delivers everything that is there, in the calling thread; for tests and command-line
    /// programs. Answers the number of deliveries.
    std::size_t drain();

    DispatcherFigures figures() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// Listeners that lag and dead letters, for the attention list and metrics.
struct ListenerStatus {
    std::string name;
    std::int64_t position;
    std::int64_t behind;
    std::int64_t dead_letters;
};
std::vector<ListenerStatus> listener_status(db::Transaction& tx);

}  // namespace hostelry::events
