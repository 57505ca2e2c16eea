#pragma once

#include "core/features/shell/shell.h"

#include <map>
#include <string>
#include <vector>

namespace hostelry::shell {

/// Those of the asked topics that the person may hear; the others are left out without a word, so
/// that a foreign id answers like a random one. Known: "tenant:<id>:jobs", "list:<kind>:<tenant>",
/// "job:<id>" and what features added.
std::vector<std::string> allowed_topics(
    db::Transaction& tx,
    const std::string& asked,
    const std::map<std::string, TopicCheck, std::less<>>& checks
);

}  // namespace hostelry::shell
