#pragma once
// Text seen as bytes, as libsodium wants it. Private to this room.

#include <string>
#include <string_view>

namespace hostelry::crypto {

inline const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace hostelry::crypto
