#include "core/agent/commands/vocabulary.h"

#include "core/agent/commands/accounts/account_commands.h"
#include "core/agent/commands/certificates/certificate_commands.h"
#include "core/agent/commands/cron/cron_commands.h"
#include "core/agent/commands/databases/database_commands.h"
#include "core/agent/commands/files/file_commands.h"
#include "core/agent/commands/health/health_commands.h"
#include "core/agent/commands/pools/pool_commands.h"
#include "core/agent/commands/programs/program_commands.h"
#include "core/agent/commands/server/server_facts.h"
#include "core/agent/commands/sites/site_commands.h"
#include "core/agent/commands/vhosts/vhost_commands.h"

namespace hostelry::agent {

Registry vocabulary() {
    Registry registry;
    add_account_commands(registry);
    add_file_commands(registry);
    add_database_commands(registry);
    add_pool_commands(registry);
    add_vhost_commands(registry);
    add_certificate_commands(registry);
    add_cron_commands(registry);
    add_program_commands(registry);
    add_health_commands(registry);
    add_site_commands(registry);
    add_server_commands(registry);
    return registry;
}

}  // namespace hostelry::agent
