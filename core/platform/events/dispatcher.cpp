#include "core/platform/events/delivery.h"
#include "core/platform/events/events.h"
#include "core/platform/log/log.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace hostelry::events {
namespace {

using namespace std::chrono_literals;
constexpr auto kUnreachablePause = 1000ms;

}  // namespace

struct Dispatcher::Parts {
    Parts(db::Database& database_, db::Listener* listener_, DispatcherOptions options_)
        : database(database_), listener(listener_), options(options_) {}

    /// Something that threads wait for; counts, so that a call between a look and a wait is not
    /// missed.
    struct Bell {
        std::uint64_t rung = 0;
    };

    void ring(Bell& bell) {
        const std::lock_guard lock(mutex);
        ++bell.rung;
        rang.notify_all();
    }

    std::uint64_t count(const Bell& bell) {
        const std::lock_guard lock(mutex);
        return bell.rung;
    }

    void wait(const Bell& bell, std::uint64_t seen, std::chrono::milliseconds time) {
        std::unique_lock lock(mutex);
        rang.wait_for(lock, time, [&] { return stopping || bell.rung != seen; });
    }

    void seal_all() {
        while (!stopping) {
            const auto seen = count(written);
            const auto given = seal(database);
            if (given && *given > 0) {
                ring(sealed);
                continue;
            }
            wait(written, seen, given ? options.poll : kUnreachablePause);
        }
    }

    void serve(const Subscriber& subscriber) {
        bool is_registered = false;
        while (!stopping) {
            const auto seen = count(sealed);
            is_registered = is_registered || register_subscriber(database, subscriber).has_value();
            if (!is_registered) {
                wait(sealed, seen, kUnreachablePause);
                continue;
            }
            pause_after(deliver(subscriber), seen);
        }
    }

    void pause_after(const Delivery& delivery, std::uint64_t seen) {
        switch (delivery.kind) {
            case Delivery::Kind::Delivered:
            case Delivery::Kind::Dead:
                return;
            case Delivery::Kind::Nothing:
                return wait(sealed, seen, options.poll);
            case Delivery::Kind::Failed:
                return wait(stop_only, 0, delivery.wait);
            case Delivery::Kind::Unreachable:
                return wait(stop_only, 0, kUnreachablePause);
        }
    }

    Delivery deliver(const Subscriber& subscriber) {
        const Delivery delivery = deliver_next(database, subscriber, options);
        delivered_total += delivery.kind == Delivery::Kind::Delivered ? 1 : 0;
        failed_total += delivery.kind == Delivery::Kind::Failed ? 1 : 0;
        dead_total += delivery.kind == Delivery::Kind::Dead ? 1 : 0;
        return delivery;
    }

    /// The border of the room: a bug in one listener's reading must not end the process.
    void guarded(const std::string& what, const std::function<void()>& work) {
        while (!stopping) {
            try {
                work();
            } catch (const std::exception& error) {
                log::error(
                    "events",
                    "unexpected error",
                    {{"in", what}, {"cause", std::string(error.what())}}
                );
                wait(stop_only, 0, kUnreachablePause);
            }
        }
    }

    db::Database& database;
    db::Listener* const listener;
    const DispatcherOptions options;
    std::vector<Subscriber> subscribers;
    std::mutex mutex;
    std::condition_variable rang;
    Bell written, sealed, stop_only;
    std::atomic<bool> stopping{false};
    std::atomic<std::uint64_t> delivered_total{0}, failed_total{0}, dead_total{0};
    std::vector<std::thread> threads;
    db::Listener::Subscription written_heard, sealed_heard;
};

Dispatcher::Dispatcher(db::Database& database, db::Listener* listener, DispatcherOptions options)
    : parts_(std::make_unique<Parts>(database, listener, options)) {}

Dispatcher::~Dispatcher() {
    stop();
}

void Dispatcher::subscribe(
    std::string name, const std::vector<std::string>& types, Handler handler, From from
) {
    if (std::ranges::find(parts_->subscribers, name, &Subscriber::name) !=
        parts_->subscribers.end()) {
        throw std::logic_error("Two listeners are named " + name + ".");
    }
    parts_->subscribers.push_back({std::move(name), patterns_of(types), std::move(handler), from});
}

void Dispatcher::start() {
    if (parts_->listener != nullptr) {
        parts_->written_heard = parts_->listener->listen(
            "hostelry_events", [this](const db::Notice&) { parts_->ring(parts_->written); }
        );
        parts_->sealed_heard = parts_->listener->listen(
            "hostelry_sealed", [this](const db::Notice&) { parts_->ring(parts_->sealed); }
        );
    }
    parts_->threads.emplace_back([this] {
        parts_->guarded("sealer", [this] { parts_->seal_all(); });
    });
    for (const auto& subscriber : parts_->subscribers) {
        parts_->threads.emplace_back([this, &subscriber] {
            parts_->guarded(subscriber.name, [&] { parts_->serve(subscriber); });
        });
    }
}

void Dispatcher::stop() {
    parts_->written_heard = {};
    parts_->sealed_heard = {};
    {
        const std::lock_guard lock(parts_->mutex);
        parts_->stopping = true;
        parts_->rang.notify_all();
    }
    for (auto& thread : parts_->threads) {
        thread.join();
    }
    parts_->threads.clear();
}

std::size_t Dispatcher::drain() {
    std::size_t deliveries = 0;
    for (bool progressed = true; progressed;) {
        progressed = false;
        for (auto sealed = seal(parts_->database); sealed && *sealed > 0;
             sealed = seal(parts_->database)) {
        }
        for (const auto& subscriber : parts_->subscribers) {
            if (!register_subscriber(parts_->database, subscriber)) {
                continue;
            }
            while (parts_->deliver(subscriber).kind == Delivery::Kind::Delivered) {
                ++deliveries;
                progressed = true;
            }
        }
    }
    return deliveries;
}

DispatcherFigures Dispatcher::figures() const {
    return {parts_->delivered_total, parts_->failed_total, parts_->dead_total};
}

}  // namespace hostelry::events
