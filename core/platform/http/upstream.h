#pragma once
// One request to a server behind the proxy, over a connection of its own: what came for one visitor
// can never be taken for the answer to another. Blocks; every wait has a limit.

#include "core/base/result.h"
#include "core/platform/http/address.h"
#include "core/platform/http/chunked_decoder.h"
#include "core/platform/http/descriptor.h"
#include "core/platform/http/response_head.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace hostelry::http {

struct UpstreamTimeouts {
    std::chrono::milliseconds connect{5'000};
    std::chrono::milliseconds send{30'000};     ///< Without progress.
    std::chrono::milliseconds answer{120'000};  ///< Until the head of the answer is here.
    std::chrono::milliseconds read{60'000};     ///< Without a byte of the body.
    std::chrono::milliseconds total{900'000};
};

/// When all exchanges must have ended: never, until somebody wants to stop.
class Curfew {
public:
    using Time = std::chrono::steady_clock::time_point;

    void set(Time end) { end_.store(end.time_since_epoch().count()); }
    Time end() const { return Time{Time::duration{end_.load()}}; }

private:
    std::atomic<Time::rep> end_{Time::max().time_since_epoch().count()};
};

/// Used by one thread at a time.
class Upstream {
public:
    /// ProviderUnavailable or Timeout. `curfew` outlives the exchange.
    static Result<std::unique_ptr<Upstream>> connect(
        const IpAddress& address,
        std::uint16_t port,
        const UpstreamTimeouts& timeouts,
        const Curfew& curfew
    );

    /// A server that answers before it has read everything is listened to.
    Result<void> send(std::string_view head, std::string_view body);
    /// The final one; interim answers are passed over.
    Result<ResponseHead> read_head(Method asked);
    /// The next piece of the body, at most `max` bytes; empty at its end. An error when the
    /// connection ends before the body does.
    Result<std::string> read_body(std::size_t max);

private:
    using SteadyTime = std::chrono::steady_clock::time_point;

    Upstream(int fd, const UpstreamTimeouts& timeouts, const Curfew& curfew);
    Result<short> wait(short events, SteadyTime until) const;
    Result<bool> send_some(std::string_view& bytes);
    /// False at the end of what the server sends.
    Result<bool> receive(SteadyTime until);
    Result<std::string> read_chunked(std::size_t max);
    std::string take_buffered(std::size_t max);

    Descriptor fd_;
    UpstreamTimeouts timeouts_;
    const Curfew& curfew_;
    SteadyTime ends_;
    std::string input_;
    AnswerBody kind_ = AnswerBody::None;
    std::uint64_t left_ = 0;
    ChunkedDecoder decoder_;
};

}  // namespace hostelry::http
