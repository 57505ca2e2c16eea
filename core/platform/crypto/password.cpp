#include "core/platform/crypto/password.h"

#include "core/base/bytes.h"
#include "core/base/text.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <semaphore>
#include <stdexcept>
#include <thread>

namespace hostelry::crypto {
namespace {

constexpr unsigned long long kPasses = 1;
constexpr std::size_t kMemoryBytes = 47104_KiB;

std::counting_semaphore<64>& hashing_slots() {
    static std::counting_semaphore<64> slots(
        std::clamp<std::ptrdiff_t>(std::thread::hardware_concurrency(), 1, 64)
    );
    return slots;
}

class HashingSlot {
public:
    HashingSlot() { hashing_slots().acquire(); }
    HashingSlot(const HashingSlot&) = delete;
    HashingSlot& operator=(const HashingSlot&) = delete;
    ~HashingSlot() { hashing_slots().release(); }
};

// Long enough for the rule and still the first ones a guesser tries.
constexpr std::array<std::string_view, 12> kCommonest{
    "123456789012",
    "1234567890123",
    "password1234",
    "passwordpassword",
    "qwertyuiop12",
    "qwertyuiopasdf",
    "iloveyou1234",
    "administrator",
    "adminadminadmin",
    "letmeinletmein",
    "changemechangeme",
    "hostelryhostelry"};

}  // namespace

std::string hash_password(std::string_view password) {
    const HashingSlot slot;
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    if (crypto_pwhash_str(hash.data(), password.data(), password.size(), kPasses, kMemoryBytes) !=
        0) {
        throw std::runtime_error("no memory to hash a password");
    }
    return hash.data();
}

bool verify_password(std::string_view password, const std::string& hash) {
    const HashingSlot slot;
    return password.size() <= kPasswordBytesMax &&
           crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool needs_rehash(const std::string& hash) {
    return crypto_pwhash_str_needs_rehash(hash.c_str(), kPasses, kMemoryBytes) != 0;
}

void spend_verification(std::string_view password) {
    static const std::string kNobody = hash_password("nobody has this password");
    verify_password(password, kNobody);
}

std::string password_problem(std::string_view password) {
    if (password.size() < kPasswordBytesMin) {
        return "Use at least 12 characters. A few unrelated words make a good password.";
    }
    if (password.size() > kPasswordBytesMax) {
        return "Use at most 256 characters.";
    }
    const std::string lowered = lower_ascii(password);
    const bool one_character =
        std::all_of(lowered.begin(), lowered.end(), [&](char c) { return c == lowered.front(); });
    if (one_character ||
        std::find(kCommonest.begin(), kCommonest.end(), lowered) != kCommonest.end()) {
        return "This password is one of the first that guessers try. Use another one.";
    }
    return {};
}

}  // namespace hostelry::crypto
