#pragma once
// Inside this room only: the one place where an answer of libpqxx is held.

#include <pqxx/pqxx>

namespace hostelry::db {

struct ResultSet {
    pqxx::result result;
};

}  // namespace hostelry::db
