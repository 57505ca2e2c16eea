#include "core/platform/events/events.h"

#include "core/base/bytes.h"
#include "core/base/random.h"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace hostelry::events {
namespace {

constexpr auto kPublish = R"(
    insert into hostelry.events
        (id, tenant_id, type, actor_id, subject_type, subject_id, data, client_address, request_id)
    values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9))";

constexpr auto kStatus =
    "select name, event_position, behind, dead_letters from hostelry.event_listener_status()";

constexpr std::size_t kDataBytesMax = 64_KiB;

}  // namespace

Uuid publish(db::Transaction& tx, const NewEvent& event) {
    if (event.data.text().size() > kDataBytesMax) {
        throw std::logic_error("The event " + event.type + " carries more than facts.");
    }
    SystemRandom random;
    const Uuid id = new_uuid(SystemClock{}, random);
    tx.defer(
        kPublish,
        id,
        event.tenant,
        event.type,
        event.actor,
        event.subject_type,
        event.subject_id,
        event.data,
        event.client_address,
        event.request_id
    );
    return id;
}

std::vector<ListenerStatus> listener_status(db::Transaction& tx) {
    std::vector<ListenerStatus> list;
    for (const auto& row : tx.query(kStatus)) {
        list.push_back(
            {.name = row["name"].text(),
             .position = row["event_position"].integer(),
             .behind = row["behind"].integer(),
             .dead_letters = row["dead_letters"].integer()}
        );
    }
    return list;
}

}  // namespace hostelry::events
