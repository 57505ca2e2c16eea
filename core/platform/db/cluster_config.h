#pragma once
// Inside this room only: the configuration files of the private cluster, written at every start.

#include "core/base/result.h"
#include "core/platform/db/cluster_process.h"
#include "core/platform/db/embedded_postgres.h"

#include <filesystem>
#include <string>

namespace hostelry::db {

/// Makes a file or folder the account's; only root has to. False when that is refused.
bool give_to(const std::string& path, const Account& account);

/// postgresql.conf, pg_hba.conf and pg_ident.conf below `data`. Unavailable, naming the file that
/// cannot be written.
Result<void> write_cluster_config(
    const std::filesystem::path& data,
    const std::filesystem::path& socket,
    const EmbeddedPostgresOptions& options,
    const Account& account
);

}  // namespace hostelry::db
