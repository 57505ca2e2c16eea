#pragma once
// The rules that a member's facts state, whatever the value comes from. Internal to describing.

#include "core/base/describe.h"

#include <string>

namespace hostelry::describing {

/// Its label, or its name when it has none.
std::string shown_name(const Field& field);
/// Whether the member holds text, of whichever kind.
bool is_text(Kind kind);
/// The sentence for the first rule that the value breaks, or nothing. A value of another JSON type
/// breaks none here: taking it fails.
std::string check_value(const Field& field, const nlohmann::json& value);

}  // namespace hostelry::describing
