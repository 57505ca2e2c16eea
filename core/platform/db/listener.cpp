#include "core/platform/db/listener.h"

#include "core/platform/db/dsn.h"
#include "core/platform/log/log.h"

#include <poll.h>
#include <pqxx/pqxx>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace hostelry::db {

struct Listener::Subscription::Entry {
    std::string channel;
    Callback callback;
    // Recursive: a callback may drop its own subscription.
    std::recursive_mutex calling;
    bool ended = false;
    bool greeted = false;  // was told once that notices may have been missed

    void call(const Notice& notice) {
        const std::lock_guard lock(calling);
        if (!ended) {
            callback(notice);
        }
    }
    void end() {
        const std::lock_guard lock(calling);
        ended = true;
    }
};

namespace {

using namespace std::chrono_literals;
constexpr auto kReconnectFirst = 100ms;
constexpr auto kReconnectMax = 5000ms;
constexpr auto kCheckEvery = 30000ms;  // a half-open connection shows itself only when written to

class Receiver final : public pqxx::notification_receiver {
public:
    using Heard = std::function<void(const std::string& channel, const std::string& payload)>;
    Receiver(pqxx::connection_base& connection, const std::string& channel, Heard heard)
        : notification_receiver(connection, channel), heard_(std::move(heard)) {}
    void operator()(const std::string& payload, int) override { heard_(channel(), payload); }

private:
    Heard heard_;
};

}  // namespace

struct Listener::Parts {
    using Entry = Subscription::Entry;

    explicit Parts(std::string dsn_)
        : dsn(std::move(dsn_)), wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
    ~Parts() { ::close(wake); }

    void ring() const {
        const std::uint64_t one = 1;
        // A full counter already wakes the thread.
        [[maybe_unused]] const auto written = ::write(wake, &one, sizeof one);
    }

    std::vector<std::shared_ptr<Entry>> live_entries() {
        const std::lock_guard lock(mutex);
        std::erase_if(entries, [](const auto& entry) {
            const std::lock_guard entry_lock(entry->calling);
            return entry->ended;
        });
        return entries;
    }

    void run() {
        auto pause = kReconnectFirst;
        while (!stopping) {
            try {
                serve([&] { pause = kReconnectFirst; });
            } catch (const std::exception& error) {
                if (!stopping) {
                    log::warn(
                        "db", "listening connection lost", {{"cause", std::string(error.what())}}
                    );
                }
            }
            connected = false;
            wait(-1, pause);
            pause = std::min(pause * 2, kReconnectMax);
        }
    }

    /// One connection's life.
    void serve(const std::function<void()>& is_up) {
        pqxx::connection connection(with_connect_timeout(dsn, std::chrono::seconds(5)));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
        connection.inhibit_reactivation(true);  // reconnecting is ours, so that nobody misses it
#pragma GCC diagnostic pop
        for (const auto& entry : live_entries()) {
            entry->greeted = false;
        }
        std::map<std::string, std::unique_ptr<Receiver>> receivers;
        while (!stopping) {
            listen_to_new(connection, receivers);
            connected = true;
            is_up();
            connection.get_notifs();
            if (!wait(connection.sock(), kCheckEvery)) {
                pqxx::nontransaction{connection}.exec("select 1");
            }
        }
    }

    void listen_to_new(
        pqxx::connection& connection, std::map<std::string, std::unique_ptr<Receiver>>& receivers
    ) {
        for (const auto& entry : live_entries()) {
            auto& receiver = receivers[entry->channel];
            if (receiver == nullptr) {
                receiver = std::make_unique<Receiver>(
                    connection,
                    entry->channel,
                    [this](const std::string& channel, const std::string& payload) {
                        deliver(channel, payload);
                    }
                );
            }
            if (!entry->greeted) {
                entry->greeted = true;
                entry->call({.channel = entry->channel, .payload = {}, .may_have_missed = true});
            }
        }
    }

    void deliver(const std::string& channel, const std::string& payload) {
        for (const auto& entry : live_entries()) {
            if (entry->channel == channel) {
                entry->call({.channel = channel, .payload = payload, .may_have_missed = false});
            }
        }
    }

    /// True when something happened before the time was over. `socket` -1: only the wake-up counts.
    bool wait(int socket, std::chrono::milliseconds time) const {
        pollfd watched[2] = {{wake, POLLIN, 0}, {socket, POLLIN, 0}};
        const int ready = ::poll(watched, 2, static_cast<int>(time.count()));
        std::uint64_t count = 0;
        if (watched[0].revents != 0) {
            [[maybe_unused]] const auto drained = ::read(wake, &count, sizeof count);
        }
        return ready > 0;
    }

    const std::string dsn;
    const int wake;
    std::mutex mutex;
    std::vector<std::shared_ptr<Entry>> entries;
    std::atomic<bool> stopping{false};
    std::atomic<bool> connected{false};
    std::thread thread;
};

Listener::Subscription& Listener::Subscription::operator=(Subscription&& other) noexcept {
    if (entry_ != nullptr && entry_ != other.entry_) {
        entry_->end();
    }
    entry_ = std::move(other.entry_);
    return *this;
}

Listener::Subscription::~Subscription() {
    if (entry_ != nullptr) {
        entry_->end();
    }
}

Listener::Listener(std::string dsn) : parts_(std::make_unique<Parts>(std::move(dsn))) {}

Listener::~Listener() {
    stop();
}

Listener::Subscription Listener::listen(std::string channel, Callback callback) {
    Subscription subscription;
    subscription.entry_ = std::make_shared<Subscription::Entry>();
    subscription.entry_->channel = std::move(channel);
    subscription.entry_->callback = std::move(callback);
    {
        const std::lock_guard lock(parts_->mutex);
        parts_->entries.push_back(subscription.entry_);
    }
    parts_->ring();
    return subscription;
}

void Listener::start() {
    parts_->thread = std::thread([this] { parts_->run(); });
}

void Listener::stop() {
    parts_->stopping = true;
    parts_->ring();
    if (parts_->thread.joinable()) {
        parts_->thread.join();
    }
}

bool Listener::is_connected() const {
    return parts_->connected;
}

}  // namespace hostelry::db
