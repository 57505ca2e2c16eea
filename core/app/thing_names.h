#pragma once
// People know things by their names ("blog.example", "web-1", "maja@example.org"), the API by their
// ids. Commands take both.

#include "core/app/api_commands.h"
#include "core/app/operator_key.h"
#include "core/base/result.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::app {

/// Asks the API with GET; "/api/v1/sites?q=blog" -> the document.
using AskApi = std::function<Result<nlohmann::json>(const std::string& path)>;

class ThingNames {
public:
    /// `commands` outlive it.
    ThingNames(const std::vector<ApiCommand>& commands, AskApi ask);

    /// For a part of a command's path: "/api/v1/sites/{id}" takes a site's domain, "{tenant}" below
    /// a server an account's name. What is an id, and what belongs to no list of things with names,
    /// stays as it is.
    ///
    /// NotFound without such a thing, Conflict when several have the name; errors of asking.
    Result<std::string> id_in_path(
        const ApiCommand& command, std::size_t argument, const std::string& text
    ) const;

    /// For a member of a request that is an id: "server" takes a server's name.
    Result<std::string> id_of_member(const Field& field, const std::string& text) const;

private:
    const ApiCommand* list_at(std::string_view path) const;
    const ApiCommand* list_of(std::string_view noun) const;
    Result<std::string> find(const ApiCommand* list, const std::string& text) const;

    const std::vector<ApiCommand>& commands_;
    AskApi ask_;
};

}  // namespace hostelry::app
