#pragma once

#include "core/base/id.h"
#include "core/platform/db/embedded_postgres.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace hostelry::bench {

/// A durable PostgreSQL with a migrated database and its root tenant, gone with the object. Ends
/// the program with 2 and a reason when there can be none.
class Cluster {
public:
    Cluster();
    ~Cluster();
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    std::string dsn(std::string_view role, std::string_view database = "hostelry") const;
    TenantId root() const { return root_; }

private:
    std::filesystem::path state_;
    std::unique_ptr<db::EmbeddedPostgres> postgres_;
    TenantId root_;
};

}  // namespace hostelry::bench
