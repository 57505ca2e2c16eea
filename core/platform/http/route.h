#pragma once
// Routes are data: each names its method, path, permission, CSRF mode and rate class, and the
// router refuses to start with one that does not. Tests are generated from the same table
// (Router::dump).

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/result.h"
#include "core/platform/http/message.h"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry {
struct Description;
}

namespace hostelry::http {

// Zero is "not said" in each of these, and refused.
enum class Access : std::uint8_t { Public = 1, SignedIn };
enum class Csrf : std::uint8_t {
    Token = 1,  ///< Unsafe methods carry a token and come from our own pages.
    None,  ///< Safe methods, or an API (/api/, /agent/) where a key in the Authorization header is
           ///< the proof. A request that was authenticated by a cookie is held to the token all the
           ///< same.
};
enum class RateClass : std::uint8_t { Page = 1, Api, Login, Static };
enum class Run : std::uint8_t {
    Worker,  ///< May block.
    Inline,  ///< Runs on the event loop: no database, file, lock wait or hash; under 100 us.
};

/// Who is asking. Made by the Authenticator for each request.
struct Principal {
    UserId user;
    TenantId tenant;  ///< The tenant acted in.
    TenantId home;    ///< The tenant the user belongs to.
    std::string user_name;
    std::string locale;
    std::string time_zone;
    std::set<std::string, std::less<>> permissions;
    std::string session_key;  ///< Names the session or key without being the secret; binds CSRF
                              ///< tokens and streams.
    bool by_cookie = true;    ///< False for keys in the Authorization header: a browser never sends
                              ///< those by itself.

    bool may(std::string_view permission) const { return permissions.contains(permission); }
};

/// What a handler gets. Lives during the call only.
struct Exchange {
    const Request& request;
    const Principal* principal = nullptr;  ///< Null when nobody is signed in (public routes only).
    std::string csrf_token;  ///< For forms and the meta tag; masked anew for each answer.
    std::string nonce;       ///< Of this answer's Content-Security-Policy.
    Clock& clock;

    /// The principal on a SignedIn route. Throws std::logic_error when there is none.
    const Principal& signed_in() const;
};

using Handler = std::function<Response(Exchange&)>;

inline constexpr std::size_t kDefaultBodyBytes = 1_MiB;

struct Route {
    Method method{};
    std::string path{};        ///< "/sites/{id}"; a part in braces matches one non-empty segment.
    std::string permission{};  ///< "site:create"; "self" for what every signed-in person may do; ""
                               ///< if Public.
    Access access{};
    Csrf csrf{};
    RateClass rate{};
    Run run = Run::Worker;
    // For the OpenAPI document and the command line:
    const Description* query = nullptr;  ///< What may stand behind the question mark.
    const Description* request = nullptr;
    const Description* response = nullptr;
    std::string operation{};  ///< "createSite"; needed when `api`.
    std::string summary{};
    Handler handler{};
    bool api = false;               ///< Listed in the OpenAPI document.
    bool response_is_list = false;  ///< `response` describes one element of {"items": [...]}.
    bool idempotent = false;  ///< Takes an Idempotency-Key: sent again with the same key it changes
                              ///< nothing more; the feature remembers it.
    bool secret_path = false;  ///< The path holds a token: the log shows the pattern instead.
    std::size_t max_body = kDefaultBodyBytes;
};

/// What the router found for a method and path.
struct Match {
    const Route* route = nullptr;
    std::vector<std::pair<std::string_view, std::string>> params;  ///< Names point into the route.
    std::string allow;  ///< When no route: the methods the path has ("GET, HEAD, POST"), or empty
                        ///< for an unknown path.
};

class Router {
public:
    Router();
    ~Router();
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    /// Throws std::invalid_argument with a sentence when the route is incomplete or clashes with
    /// another.
    void add(Route route);
    void add(std::vector<Route> routes);

    /// GET answers HEAD too. Safe to call from all threads once every route is added.
    Match match(Method method, std::string_view path) const;

    const std::deque<Route>& routes() const { return routes_; }
    /// One line for each route: method, path, access, permission, csrf, rate class, run.
    std::string dump() const;

private:
    struct Node;
    std::deque<Route> routes_;  // Stable addresses.
    std::unique_ptr<Node> root_;
};

/// Finds out who asks. Implemented by the auth feature; called on worker threads, at the same time
/// by many.
class Authenticator {
public:
    virtual ~Authenticator() = default;

    /// Nothing: no proof was sent, or a stale one. Error Unauthenticated: a proof was sent and is
    /// refused.
    virtual Result<std::optional<Principal>> authenticate(const Request& request) = 0;

    /// Those of the given session keys that have ended. Asked every few seconds for the open event
    /// streams.
    virtual std::vector<std::string> ended_sessions(const std::vector<std::string>& session_keys);
};

}  // namespace hostelry::http
