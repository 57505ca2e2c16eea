// Goal: forms, queries, cookies and paths decode without a crash, and what comes out keeps its
// promises.
#include "core/base/text.h"
#include "core/platform/http/cookies.h"
#include "core/platform/http/url.h"

#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto pairs = hostelry::http::decode_pairs(text)) {
        for (const auto& [name, value] : *pairs) {
            const bool good = hostelry::is_valid_utf8(name) && hostelry::is_valid_utf8(value) &&
                              value.find('\0') == std::string::npos &&
                              name.size() <= hostelry::http::kMaxFormNameBytes;
            if (!good) {
                std::abort();
            }
        }
    }
    if (const auto cookie = hostelry::http::find_cookie(text, "__Host-session");
        cookie && cookie->find(';') != std::string::npos) {
        std::abort();
    }
    if (const auto path = hostelry::http::decode_path(text);
        path && (hostelry::has_control_bytes(*path) || path->find("..//") != std::string::npos)) {
        std::abort();
    }
    return 0;
}
