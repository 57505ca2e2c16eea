#include "core/platform/db/pattern.h"

namespace hostelry::db {

std::string containing(std::string_view words) {
    std::string pattern = "%";
    for (const char c : words) {
        if (c == '%' || c == '_' || c == '\\') {
            pattern += '\\';
        }
        pattern += c;
    }
    return pattern + '%';
}

}  // namespace hostelry::db
