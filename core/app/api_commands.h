#pragma once
// Commands made from the API's routes: operation "createSite" becomes `hostelry site create`. Parts
// of the path are positional arguments, members of the described request are options, the described
// answer makes the table.

#include "core/base/describe.h"
#include "core/platform/http/route.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace hostelry::app {

struct ApiCommand {
    std::string noun;                    ///< "site", "dns-record"
    std::string verb;                    ///< "create"
    std::vector<std::string> arguments;  ///< Names of the path's parts, in order.
    const http::Route* route = nullptr;
};

/// One command for each API route, sorted by noun and verb.
std::vector<ApiCommand> api_commands(const http::Router& router);

/// "createDnsRecord" -> {"dns-record", "create"}; plural nouns of lists become singular.
std::pair<std::string, std::string> noun_and_verb(const std::string& operation);

/// The path with its parts filled in, percent-encoded.
std::string path_of(const ApiCommand& command, const std::vector<std::string>& arguments);

/// The job that an operation has started; empty when it started none.
std::string job_of(const ApiCommand& command, const nlohmann::json& answer);

/// An answer as text for people: a table for lists, "name: value" lines for one object.
std::string render_answer(const ApiCommand& command, const nlohmann::json& answer);

}  // namespace hostelry::app
