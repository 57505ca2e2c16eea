#pragma once
// Inside this room only: the one place where an answer of libpq is held.

#include <libpq-fe.h>

#include <memory>

namespace hostelry::db {

struct ClearResult {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};

struct ResultSet {
    std::unique_ptr<PGresult, ClearResult> result;
};

}  // namespace hostelry::db
