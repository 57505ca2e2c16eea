#pragma once
// pool.ensure{site,php_version,limits{children,memory_mb,upload_mb,seconds}},
// pool.remove{site,php_version?}: the PHP-FPM pool of a site, run as its user, started on demand.

#include "core/agent/runtime/command.h"

namespace hostelry::agent {

struct PoolLimits {
    std::int64_t children = 8;
    std::int64_t memory_mb = 256;
    std::int64_t upload_mb = 64;
    std::int64_t seconds = 180;
};

struct PoolFacts {
    std::string site;
    std::string php_version;
    PoolLimits limits;
};

std::string render_pool(const Layout& layout, const PoolFacts& facts);

void add_pool_commands(Registry& registry);

/// In every PHP version. True when there was one.
Result<bool> remove_pools_of(const Layout& layout, const std::string& site);

}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::PoolLimits>();
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::PoolFacts>();
