#include "core/platform/events/delivery.h"

#include "core/platform/log/log.h"

#include <algorithm>

namespace hostelry::events {
namespace {

constexpr int kSealAtOnce = 1000;
constexpr int kDoublingsMax = 16;

constexpr auto kSeal = "select hostelry.seal_events($1) as sealed";
constexpr auto kRegister = R"(
    insert into hostelry.event_listeners (name, position)
    select $1, case when $2 then s.position else 0 end from hostelry.event_seal s
    on conflict (name) do nothing)";
constexpr auto kNext = "select * from hostelry.next_event($1, $2)";
constexpr auto kAdvance = R"(
    update hostelry.event_listeners set position = $2, failures = 0, next_try_at = now(), updated_at = now()
     where name = $1 and position < $2)";
constexpr auto kNoteFailure = R"(
    update hostelry.event_listeners
       set failures = $3, next_try_at = clock_timestamp() + $4::interval, updated_at = now()
     where name = $1 and position < $2)";
constexpr auto kBury = R"(
    insert into hostelry.event_dead_letters (tenant_id, listener, event_id, event_position, failures, error)
    values ($1, $2, $3, $4, $5, $6))";

/// An event as it was tried last, for what follows a failure.
struct Tried {
    Event event;
    int failures;  // before this one
    std::optional<Error> error;
};

Event read_event(const db::Row& row) {
    return {
        .position = row["event_position"].integer(),
        .id = row["id"].uuid(),
        .at = row["at"].time(),
        .type = row["type"].text(),
        .tenant = row["tenant_id"].id<TenantId>(),
        .actor = row["actor_id"].optional_id<UserId>(),
        .subject_type = row["subject_type"].text(),
        .subject_id = row["subject_id"].optional_uuid(),
        .data = row["data"].as_json_text(),
        .client_address = row["client_address"].text(),
        .request_id = row["request_id"].text(),
    };
}

/// Handler and place in one transaction. Answers false when there was nothing to do.
Result<bool> try_next(
    db::Database& database, const Subscriber& subscriber, std::optional<Tried>& tried
) {
    return database.in_system([&](db::Transaction& tx) -> Result<bool> {
        tried.reset();
        const auto row = tx.query_optional(kNext, subscriber.name, subscriber.patterns);
        if (!row) {
            return false;
        }
        tried =
            Tried{read_event(*row), static_cast<int>((*row)["failures"].integer()), std::nullopt};
        tx.enter_tenant(tried->event.tenant);
        const auto handled = subscriber.handler(tx, tried->event);
        if (!handled) {
            tried->error = handled.error();
            return tl::unexpected(handled.error());
        }
        tx.execute(kAdvance, subscriber.name, tried->event.position);
        return true;
    });
}

Result<void> bury(db::Database& database, const Subscriber& subscriber, const Tried& tried) {
    return database.in_tenant(tried.event.tenant, [&](db::Transaction& tx) -> Result<void> {
        tx.execute(
            kBury,
            tried.event.tenant,
            subscriber.name,
            tried.event.id,
            tried.event.position,
            tried.failures + 1,
            tried.error->message + " " + tried.error->cause
        );
        tx.execute(kAdvance, subscriber.name, tried.event.position);
        return {};
    });
}

Delivery after_failure(
    db::Database& database,
    const Subscriber& subscriber,
    const Tried& tried,
    const DispatcherOptions& options
) {
    const int failures = tried.failures + 1;
    const bool is_dead = failures >= options.failures_max;
    log::warn(
        "events",
        is_dead ? "an event was put aside" : "an event was not taken",
        {{"listener", subscriber.name},
         {"type", tried.event.type},
         {"position", tried.event.position},
         {"failures", failures},
         {"message", tried.error->message},
         {"cause", tried.error->cause}}
    );
    if (is_dead) {
        return {
            .kind = bury(database, subscriber, tried) ? Delivery::Kind::Dead
                                                      : Delivery::Kind::Unreachable};
    }
    const auto wait = std::min(
        options.backoff_first * (1 << std::min(tried.failures, kDoublingsMax)), options.backoff_max
    );
    const auto noted = database.in_system([&](db::Transaction& tx) -> Result<void> {
        tx.execute(kNoteFailure, subscriber.name, tried.event.position, failures, wait);
        return {};
    });
    return {.kind = noted ? Delivery::Kind::Failed : Delivery::Kind::Unreachable, .wait = wait};
}

}  // namespace

std::vector<std::string> patterns_of(const std::vector<std::string>& types) {
    std::vector<std::string> patterns;
    for (const auto& type : types) {
        std::string pattern;
        for (const char c : type) {
            pattern += c == '*'               ? "%"
                       : c == '_' || c == '%' ? std::string{'\\', c}
                                              : std::string{c};
        }
        patterns.push_back(std::move(pattern));
    }
    return patterns;
}

Result<std::int64_t> seal(db::Database& database) {
    const auto sealed = TRY(database.single_statement(kSeal, kSealAtOnce));
    return sealed[0]["sealed"].integer();
}

Result<void> register_subscriber(db::Database& database, const Subscriber& subscriber) {
    TRY(database.single_statement(
        kRegister, subscriber.name, subscriber.from == Dispatcher::From::Now
    ));
    return {};
}

Delivery deliver_next(
    db::Database& database, const Subscriber& subscriber, const DispatcherOptions& options
) {
    std::optional<Tried> tried;
    try {
        const auto delivered = try_next(database, subscriber, tried);
        if (delivered) {
            return {.kind = *delivered ? Delivery::Kind::Delivered : Delivery::Kind::Nothing};
        }
        if (!tried || !tried->error) {
            log::warn(
                "events", "events cannot be delivered now", {{"cause", delivered.error().cause}}
            );
            return {.kind = Delivery::Kind::Unreachable};
        }
    } catch (const std::exception& error) {
        if (!tried) {
            throw;
        }
        tried->error = Error{
            .code = ErrorCode::Internal,
            .message = "The listener ended by an unexpected error.",
            .fields = {},
            .cause = error.what(),
            .retry_after = {},
        };
    }
    return after_failure(database, subscriber, *tried, options);
}

}  // namespace hostelry::events
