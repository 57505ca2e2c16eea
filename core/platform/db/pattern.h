#pragma once

#include <string>
#include <string_view>

namespace hostelry::db {

/// For ILIKE: text that holds these words anywhere, their own signs taken literally. No words fit
/// every text.
std::string containing(std::string_view words);

}  // namespace hostelry::db
