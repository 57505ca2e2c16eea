#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace hostelry::db {

/// What LISTEN heard. Payloads are hints that carry ids only (security rule 15): read the rows for
/// the truth.
struct Notice {
    std::string_view channel;
    std::string_view payload;
    /// The connection was just made or made again: notices may have been missed, so read everything
    /// of interest. The payload is empty then.
    bool may_have_missed = false;
};

/// One LISTEN connection with its own thread for a whole process. Connects again by itself, with
/// backoff.
class Listener {
public:
    using Callback = std::function<void(const Notice&)>;

    explicit Listener(std::string dsn);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// A subscription ends when its handle is destroyed; after that the callback does not run any
    /// more.
    class Subscription {
    public:
        Subscription() = default;
        Subscription(Subscription&&) noexcept = default;
        Subscription& operator=(Subscription&&) noexcept;
        ~Subscription();

    private:
        friend class Listener;
        struct Entry;
        std::shared_ptr<Entry> entry_;  // shared with the thread that may be calling it
    };

    /// Before or after start(). `callback` runs on the listener's thread: be quick, hand work over,
    /// do not throw. It is called once with may_have_missed as soon as the channel is listened to.
    [[nodiscard]] Subscription listen(std::string channel, Callback callback);

    void start();
    /// Returns when the thread has ended; also done by the destructor.
    void stop();
    bool is_connected() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace hostelry::db
