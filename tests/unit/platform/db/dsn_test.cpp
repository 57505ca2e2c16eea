#include "core/platform/db/dsn.h"

#include <gtest/gtest.h>

namespace hostelry::db {
namespace {

using namespace std::chrono_literals;

TEST(ConnectTimeout, IsAddedToWordsAndToUrls) {
    EXPECT_EQ(with_connect_timeout("host=/run/pg", 5s), "host=/run/pg connect_timeout=5");
    EXPECT_EQ(
        with_connect_timeout("postgresql://u:p@db/h", 5s), "postgresql://u:p@db/h?connect_timeout=5"
    );
    EXPECT_EQ(
        with_connect_timeout("postgres://db/h?sslmode=require", 5s),
        "postgres://db/h?sslmode=require&connect_timeout=5"
    );
}

}  // namespace
}  // namespace hostelry::db
