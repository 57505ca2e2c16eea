#pragma once
// Sizes in the units they are thought in: `constexpr std::size_t kHeadBytesMax = 32_KiB;`.

#include <cstddef>

namespace hostelry {

// NOLINTBEGIN(readability-identifier-naming): IEC 80000-13 writes them like this
consteval std::size_t operator""_KiB(unsigned long long count) {
    return static_cast<std::size_t>(count << 10U);
}
consteval std::size_t operator""_MiB(unsigned long long count) {
    return static_cast<std::size_t>(count << 20U);
}
consteval std::size_t operator""_GiB(unsigned long long count) {
    return static_cast<std::size_t>(count << 30U);
}
// NOLINTEND(readability-identifier-naming)

}  // namespace hostelry
