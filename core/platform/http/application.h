#pragma once
// The border between the server (connections, bytes, threads) and what answers requests (the
// dispatcher).

#include "core/platform/http/address.h"
#include "core/platform/http/route.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::http {

/// What is sent: the handler's response and the header lines that every answer carries, each ended
/// by CR LF.
struct Answer {
    Response response;
    std::string fixed_headers;
};

/// A request between its head and its answer. Used by one thread at a time.
struct Inflight {
    Request request;
    const Route* route = nullptr;
    std::optional<Principal> principal;
    bool identified = false;  ///< The Authenticator was asked.
    bool considered = false;  ///< Otherwise the bytes were no proper request.
    std::string allow;        ///< Without a route: the methods that the path has.
    std::string nonce;
    IpAddress peer;
    std::string_view peer_text;  ///< The same as text; lives as long as the connection.
    std::chrono::steady_clock::time_point started;
    /// The application's own; released when the answer is sent or the connection is gone.
    std::shared_ptr<void> held;
};

/// How the request's path is handed over.
enum class TargetForm : std::uint8_t {
    Decoded,  ///< Decoded once and normalised; what is read in two ways is refused.
    Raw,      ///< As it was sent (visible ASCII), for one who passes it on and does not match it.
};

/// What is decided from the head alone, on the event loop.
struct Verdict {
    std::optional<Answer> refusal;  ///< Sent at once; a body is not read.
    Run run = Run::Worker;
    std::size_t max_body = 0;
    bool ask_first = false;  ///< Rights must be known (admit) before the body is read.
};

/// What the head says about the body that follows.
struct BodyFacts {
    bool present = false;
    std::optional<std::uint64_t> bytes;  ///< Nothing: chunked.
    bool expects_continue = false;
};

class Application {
public:
    virtual ~Application() = default;

    virtual TargetForm target_form() const { return TargetForm::Decoded; }
    /// Event loop; must not block. `request` has everything but its body.
    virtual Verdict consider(Inflight& inflight, const BodyFacts& body) = 0;
    /// Worker. A refusal when the body should not be read.
    virtual std::optional<Answer> admit(Inflight& inflight) = 0;
    /// Worker, or event loop for Run::Inline. Never throws.
    virtual Answer answer(Inflight& inflight) = 0;
    /// An answer for what is no request, or cannot be served now. Any thread. `inflight` may be
    /// null.
    virtual Answer refuse(int status, std::string_view reason, Inflight& inflight) = 0;
    /// After the answer was handed to the socket. Any thread.
    virtual void finished(
        const Inflight& inflight, int status, std::uint64_t bytes, const std::string& cause
    ) = 0;

    /// Those of the sessions behind open event streams that have ended. Worker.
    virtual std::vector<std::string> ended_sessions(const std::vector<std::string>& session_keys
    ) = 0;
    /// Peers whose forwarding headers count, and who may open any number of connections.
    virtual bool is_trusted_proxy(const IpAddress& address) const = 0;
};

}  // namespace hostelry::http
