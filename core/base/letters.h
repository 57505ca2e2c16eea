#pragma once
// Letters of UTF-8, which may take several bytes.

#include <cstddef>
#include <string_view>

namespace hostelry {

/// The beginning of a text, at most `size_max` bytes, without half a letter at its end.
std::string_view cut_at_letter(std::string_view text, std::size_t size_max);

}  // namespace hostelry
