#pragma once
// Inside this room only: a connection of libpqxx whose libpq handle is at hand.

#include <libpq-fe.h>
#include <pqxx/pqxx>

#include <string>

namespace hostelry::db {

/// libpqxx 6 has no pipeline and keeps its PGconn to itself; its connection policies are the one
/// place where it hands it over.
class HandlePolicy final : public pqxx::connectionpolicy {
public:
    using connectionpolicy::connectionpolicy;
    handle do_startconnect(handle existing) override;
    handle do_disconnect(handle existing) noexcept override;

    /// Null while there is no connection.
    PGconn* kept() const { return kept_; }

private:
    PGconn* kept_ = nullptr;  // libpqxx's own
};

class Link final : public pqxx::connection_base {
public:
    /// Throws pqxx::broken_connection when the server cannot be reached. Never connects again by
    /// itself: that would lose the tenant in the middle of a transaction.
    explicit Link(const std::string& dsn);
    ~Link() noexcept;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    PGconn* handle() const { return policy_.kept(); }
    /// Whether the other end has gone, as far as that is known without asking it. No round trip.
    bool has_ended() const;

private:
    HandlePolicy policy_;
};

}  // namespace hostelry::db
