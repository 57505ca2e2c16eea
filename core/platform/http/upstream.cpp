#include "core/platform/http/upstream.h"

#include "core/base/bytes.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace hostelry::http {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kCurfewLook{250};
constexpr std::size_t kUpstreamReadBytes = 64_KiB;
constexpr int kInterimMax = 8;

tl::unexpected<Error> unreachable(const std::string& cause) {
    return fail(
        ErrorCode::ProviderUnavailable,
        "The server of this site cannot be reached at the moment.",
        cause
    );
}

tl::unexpected<Error> broken_off(const std::string& cause) {
    return fail(
        ErrorCode::ProviderUnavailable,
        "The server of this site broke off before its answer was complete.",
        cause
    );
}

std::string system_reason(const char* step, int code) {
    return std::string(step) + ": " + std::generic_category().message(code);
}

}  // namespace

Upstream::Upstream(int fd, const UpstreamTimeouts& timeouts, const Curfew& curfew)
    : fd_(fd),
      timeouts_(timeouts),
      curfew_(curfew),
      ends_(std::chrono::steady_clock::now() + timeouts.total) {}

Result<std::unique_ptr<Upstream>> Upstream::connect(
    const IpAddress& address,
    std::uint16_t port,
    const UpstreamTimeouts& timeouts,
    const Curfew& curfew
) {
    sockaddr_storage storage{};
    const auto size = fill_socket_address(address, port, storage);
    const int fd = ::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return fail(
            ErrorCode::Unavailable,
            "The preview is busy. Try again in a moment.",
            system_reason("socket", errno)
        );
    }
    std::unique_ptr<Upstream> upstream(new Upstream(fd, timeouts, curfew));
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&storage), size) == 0) {
        return upstream;
    }
    if (errno != EINPROGRESS) {
        return unreachable(system_reason("connect", errno));
    }
    const auto until = std::chrono::steady_clock::now() + timeouts.connect;
    if (auto ready = upstream->wait(POLLOUT, until); !ready) {
        auto error = std::move(ready).error();
        error.message = "The server of this site cannot be reached at the moment.";
        return tl::unexpected(std::move(error));
    }
    int failure = 0;
    socklen_t length = sizeof failure;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &length);
    if (failure != 0) {
        return unreachable(system_reason("connect", failure));
    }
    return upstream;
}

/// Looks up now and then, so that one slow server does not hold up a stop.
Result<short> Upstream::wait(short events, SteadyTime until) const {
    const auto limit = std::min(until, ends_);
    while (true) {
        const auto now = std::chrono::steady_clock::now();
        const auto end = std::min(limit, curfew_.end());
        if (now >= end) {
            break;
        }
        const auto left = std::chrono::ceil<milliseconds>(end - now);
        pollfd waiting{fd_.get(), events, 0};
        const int ready =
            ::poll(&waiting, 1, static_cast<int>(std::min(left, kCurfewLook).count()));
        if (ready > 0) {
            return waiting.revents;
        }
        if (ready < 0 && errno != EINTR) {
            return broken_off(system_reason("poll", errno));
        }
    }
    return fail(ErrorCode::Timeout, "The site did not answer in time.", "no progress in time");
}

Result<void> Upstream::send(std::string_view head, std::string_view body) {
    for (auto part : {head, body}) {
        while (!part.empty()) {
            if (!TRY(send_some(part))) {
                return {};
            }
        }
    }
    return {};
}

/// False when the server has something to say or wants no more: then its answer counts.
Result<bool> Upstream::send_some(std::string_view& bytes) {
    const auto ready =
        TRY(wait(POLLOUT | POLLIN, std::chrono::steady_clock::now() + timeouts_.send));
    if ((ready & POLLIN) != 0) {
        return false;
    }
    const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
        return true;
    }
    return errno == EAGAIN || errno == EINTR;
}

Result<bool> Upstream::receive(SteadyTime until) {
    std::array<char, kUpstreamReadBytes> buffer;
    while (true) {
        const auto got = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
        if (got > 0) {
            input_.append(buffer.data(), static_cast<std::size_t>(got));
            return true;
        }
        if (got == 0) {
            return false;
        }
        if (errno != EAGAIN && errno != EINTR) {
            return broken_off(system_reason("recv", errno));
        }
        TRY(wait(POLLIN, until));
    }
}

Result<ResponseHead> Upstream::read_head(Method asked) {
    const auto until = std::chrono::steady_clock::now() + timeouts_.answer;
    for (int interim = 0; interim < kInterimMax;) {
        auto head = TRY(parse_response_head(input_, asked));
        if (!head) {
            if (!TRY(receive(until))) {
                return broken_off("the connection ended before the head of the answer");
            }
            continue;
        }
        input_.erase(0, head->size);
        if (head->status == 101) {
            return broken_off("the server changed the protocol unasked");
        }
        if (head->status < 200) {
            ++interim;
            continue;
        }
        kind_ = head->body;
        left_ = head->length.value_or(0);
        return std::move(*head);
    }
    return broken_off("too many interim answers");
}

std::string Upstream::take_buffered(std::size_t max) {
    std::string piece = input_.substr(0, max);
    input_.erase(0, piece.size());
    return piece;
}

Result<std::string> Upstream::read_body(std::size_t max) {
    const bool is_over = kind_ == AnswerBody::None || (kind_ == AnswerBody::Length && left_ == 0);
    if (is_over || max == 0) {
        return std::string{};
    }
    if (kind_ == AnswerBody::Chunked) {
        return read_chunked(max);
    }
    if (input_.empty() && !TRY(receive(std::chrono::steady_clock::now() + timeouts_.read))) {
        if (kind_ == AnswerBody::Length) {
            return broken_off("the body is shorter than announced");
        }
        kind_ = AnswerBody::None;
        return std::string{};
    }
    if (kind_ == AnswerBody::UntilClose) {
        return take_buffered(max);
    }
    // Bytes after the announced ones belong to nobody.
    auto piece = take_buffered(static_cast<std::size_t>(std::min<std::uint64_t>(max, left_)));
    left_ -= piece.size();
    return piece;
}

Result<std::string> Upstream::read_chunked(std::size_t max) {
    std::string piece;
    while (true) {
        std::string_view rest = input_;
        const auto state = decoder_.feed(rest, piece, max);
        input_.erase(0, input_.size() - rest.size());
        if (state == ChunkedDecoder::State::Refused) {
            return broken_off("the chunks of the body are malformed");
        }
        if (state == ChunkedDecoder::State::Done) {
            kind_ = AnswerBody::None;
            return piece;
        }
        if (!piece.empty()) {
            return piece;
        }
        if (!TRY(receive(std::chrono::steady_clock::now() + timeouts_.read))) {
            return broken_off("the connection ended inside the chunked body");
        }
    }
}

}  // namespace hostelry::http
