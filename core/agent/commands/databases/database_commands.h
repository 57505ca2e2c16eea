#pragma once
// database.ensure{site,name,user,password}, database.remove{site,name,user},
// database.password{site,user,password}, database.size{name}.
// A site's databases and their users are named <site> or <site>_<suffix>: so no plan of one site
// can name another's, and all of a site's are found when it goes.

#include "core/agent/runtime/command.h"

namespace hostelry::agent {

void add_database_commands(Registry& registry);

/// Every database and database user of the site. True when there was something. A server without
/// MariaDB has none.
Result<bool> remove_databases_of(const std::string& site);
/// Names of databases that belong to any site.
Result<std::vector<std::string>> site_databases();

}  // namespace hostelry::agent
