#pragma once
// Between the ABI's views and ours.

#include "hostelry/abi.h"

#include <string_view>

namespace hostelry::plugin_host {

inline std::string_view view(hostelry_str text) {
    return text.len == 0 || text.ptr == nullptr ? std::string_view()
                                                : std::string_view(text.ptr, text.len);
}

inline hostelry_str str(std::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace hostelry::plugin_host
