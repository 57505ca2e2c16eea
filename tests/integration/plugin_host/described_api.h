#pragma once
// A vendor's OpenAPI description, asked whether requests are ones that it describes.

#include "core/platform/plugin_host/http_gateway.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace hostelry::plugin_host {

class DescribedApi {
public:
    /// Nothing where the descriptions are not beside the sources.
    static std::optional<DescribedApi> read(const std::string& vendor);

    /// What is wrong with the request; empty when it is described. `prefix` is what stands before
    /// the paths of the description.
    std::string problem_with(const HttpCall& call, const std::string& prefix) const;

private:
    nlohmann::json description_;
};

}  // namespace hostelry::plugin_host
