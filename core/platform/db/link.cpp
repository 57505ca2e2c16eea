#include "core/platform/db/link.h"

#include <poll.h>

namespace hostelry::db {

HandlePolicy::handle HandlePolicy::do_startconnect(handle existing) {
    kept_ = existing != nullptr ? existing : normalconnect(existing);
    if (PQstatus(kept_) != CONNECTION_OK) {
        const std::string why = PQerrorMessage(kept_);
        do_disconnect(kept_);
        throw pqxx::broken_connection{why};
    }
    return kept_;
}

HandlePolicy::handle HandlePolicy::do_disconnect(handle existing) noexcept {
    kept_ = nullptr;
    return connectionpolicy::do_disconnect(existing);
}

// The base only keeps the reference until init(), by which time the policy is made.
Link::Link(const std::string& dsn) : connection_base(policy_), policy_(dsn) {
    init();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    inhibit_reactivation(true);  // the deprecated call is the only way to say so
#pragma GCC diagnostic pop
}

Link::~Link() noexcept {
    close();
}

bool Link::has_ended() const {
    pollfd socket{PQsocket(handle()), POLLIN, 0};
    // Between statements a server has nothing to say but notices and its farewell.
    while (PQstatus(handle()) == CONNECTION_OK && ::poll(&socket, 1, 0) > 0) {
        if (PQconsumeInput(handle()) == 0) {
            return true;
        }
    }
    return PQstatus(handle()) != CONNECTION_OK;
}

}  // namespace hostelry::db
