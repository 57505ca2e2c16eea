#pragma once
// Which members each capability has, where they lie in its table, and the schemas of request and
// answer.

#include "core/base/result.h"
#include "core/platform/plugin_host/json_schema.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hostelry::plugin_host {

struct MemberContract {
    std::string capability;
    std::uint32_t revision = 0;
    std::string member;
    std::size_t offset = 0;  ///< Of the function pointer in the capability's table.
    JsonSchema request;
    JsonSchema answer;
};

/// "dns/1.zone_apply". Null for a method that this panel does not know. The contract lives as long
/// as the process.
const MemberContract* find_member(std::string_view method);

}  // namespace hostelry::plugin_host
