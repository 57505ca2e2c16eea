#pragma once

#include "core/base/id.h"
#include "core/platform/db/transaction.h"
#include "core/platform/http/route.h"
#include "core/platform/web/components/frame.h"

#include <string>
#include <vector>

namespace hostelry::shell {

/// What the frame shows of the database, in one transaction of the person's home tenant.
class ShellStore {
public:
    explicit ShellStore(db::Transaction& tx) : tx_(tx) {}

    /// Accounts the person may act in, home first; empty when there is only that one.
    std::vector<view::TenantChoice> tenant_choices(const http::Principal& principal);
    std::string tenant_name(TenantId tenant);
    view::RunningJobs running_jobs();
    /// Whether `tenant` lies in the tree of the transaction's tenant.
    bool is_in_tree(TenantId tenant);

private:
    db::Transaction& tx_;
};

}  // namespace hostelry::shell
