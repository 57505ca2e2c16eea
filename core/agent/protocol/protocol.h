#pragma once
// The only thing that panel and managed server share: what travels between them.
//
// Connection: the agent dials the panel's agent listener (kPanelPort) with TLS 1.3. The panel shows
// its leaf followed by the agent CA's certificate; the leaf carries the DNS name kPanelTlsName and
// the extended key usage serverAuth. The agent shows a certificate whose CN is its server id and
// whose only extended key usage is clientAuth, so that a stolen agent key can never play the panel.
// The listener asks for a client certificate but does not insist: without one, `enrol` is the only
// message it accepts. Both kinds are made by agent_ca.h.
//
// Enrolment (no client certificate): agent `enrol` -> panel `enrolled` or `bye`; then both close.
// The agent knows the panel by the SHA-256 fingerprint of the CA certificate, given on its command
// line.
//
// Session (client certificate): agent `hello` -> panel `welcome` or `bye`. Afterwards
//   panel: plan, pong, renewed, bye            agent: progress, result, heartbeat, ping, renew, bye
// The agent sends `heartbeat` and `ping` every Welcome::heartbeat_seconds; the panel answers each
// ping at once. Either side closes when kSilenceMax passed without a frame. A second session with
// the same server id replaces the first (the panel sends the old one `bye` with code "replaced").
//
// A plan whose id the agent has finished before is answered with the recorded result; one that runs
// at this moment is answered when it ends. So the panel may send a plan again after any accident.
//
// Frame: u32 big-endian length of the body (1 .. kFrameBytesMax), then the body: a JSON object with
// "type", "seq" (1, 2, 3 ... in each direction of a connection; a gap ends it) and the members of
// that type, no others. Anything else is a protocol error: send `bye` with code "protocol", close.

#include "core/agent/protocol/sample.h"
#include "core/base/bytes.h"
#include "core/base/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hostelry::agent {

inline constexpr std::int64_t kProtocolVersion = 1;
inline constexpr std::uint16_t kPanelPort = 7443;
/// The name in the panel's leaf certificate, checked by agents whatever address they dialled.
inline constexpr std::string_view kPanelTlsName = "panel.hostelry.internal";
inline constexpr std::size_t kFrameBytesMax = 4_MiB;
inline constexpr std::size_t kActionsMax = 256;
inline constexpr std::chrono::seconds kHeartbeatEvery{10};
inline constexpr std::chrono::seconds kSilenceMax{35};
inline constexpr std::chrono::hours kCertificateLifeMax{24 * 30};

/// agent -> panel, first frame of a session.
struct Hello {
    std::int64_t protocol = kProtocolVersion;
    std::string server_id;  ///< Must equal the CN of the client certificate.
    std::string agent_version;
    std::string boot_id;  ///< Changes with every boot of the server.
    std::string facts;    ///< JSON object, the output of the action `facts` (untrusted text).
};

/// panel -> agent, answer to Hello.
struct Welcome {
    std::int64_t protocol = kProtocolVersion;
    std::int64_t heartbeat_seconds = kHeartbeatEvery.count();
};

/// panel -> agent: work. `plan` is the JSON object of plan.h.
struct PlanOrder {
    std::string plan;
    std::int64_t timeout_seconds = 600;  ///< The agent stops starting actions after this time.
};

/// agent -> panel: an action of a running plan begins or ended.
struct Progress {
    std::string plan;    ///< Plan id.
    std::string action;  ///< Action id.
    std::string status;  ///< "running" or a name of plan.h's Status.
    std::string message;
};

/// agent -> panel: a plan ended. `result` is the JSON object of plan.h.
struct PlanResult {
    std::string plan;  ///< Plan id.
    std::string result;
};

/// agent -> panel.
struct Heartbeat {
    Sample sample;
};

/// agent -> panel; answered by Pong with the same number.
struct Ping {
    std::int64_t number = 0;
};
struct Pong {
    std::int64_t number = 0;
};

/// agent -> panel, only without client certificate.
struct Enrol {
    std::int64_t protocol = kProtocolVersion;
    std::string server_id;
    std::string token;    ///< One-time token of the enrolment command.
    std::string csr_pem;  ///< PKCS #10; the key never leaves the server.
};
/// panel -> agent.
struct Enrolled {
    std::string certificate_pem;
    std::string ca_pem;
};

/// agent -> panel in a session: a new certificate for a new key, well before the old one ends.
struct Renew {
    std::string csr_pem;
};
/// panel -> agent.
struct Renewed {
    std::string certificate_pem;
    std::string ca_pem;
};

/// Either side, last frame before it closes. Codes: "protocol", "refused" (wrong token, revoked or
/// unknown server), "replaced", "stopping".
struct Bye {
    std::string code;
    std::string message;
};

using Message = std::variant<
    Hello,
    Welcome,
    PlanOrder,
    Progress,
    PlanResult,
    Heartbeat,
    Ping,
    Pong,
    Enrol,
    Enrolled,
    Renew,
    Renewed,
    Bye>;

/// "hello", "welcome", "plan", "progress", "result", ...
std::string_view message_type(const Message& message);

/// Makes the frames of one direction of one connection, numbering them.
class FrameWriter {
public:
    /// Internal when the message is larger than kFrameBytesMax or holds text that is not JSON where
    /// JSON belongs; the number is then not used up.
    Result<std::string> write(const Message& message);

private:
    std::int64_t next_ = 1;
};

/// Takes the bytes of one direction of one connection apart. After an error the connection is to be
/// closed; every later call gives the same error.
class FrameReader {
public:
    void feed(std::string_view bytes);
    /// The next complete message, nothing when more bytes are needed.
    Result<std::optional<Message>> next();
    /// Bytes held that are not yet a message.
    std::size_t pending_bytes() const { return buffer_.size() - start_; }

private:
    Result<std::optional<Message>> read_one();

    std::string buffer_;
    std::size_t start_ = 0;
    std::int64_t expected_ = 1;
    std::optional<Error> broken_;
};

}  // namespace hostelry::agent
