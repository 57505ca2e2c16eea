#include "core/base/letters.h"

namespace hostelry {

std::string_view cut_at_letter(std::string_view text, std::size_t size_max) {
    if (text.size() <= size_max) {
        return text;
    }
    while (size_max > 0 && (static_cast<unsigned char>(text[size_max]) & 0xC0U) == 0x80U) {
        --size_max;
    }
    return text.substr(0, size_max);
}

}  // namespace hostelry
