#include "core/platform/http/csrf.h"

#include "core/base/text.h"
#include "core/platform/crypto/digest.h"

#include <array>

namespace hostelry::http {
namespace {

constexpr std::size_t kMacBytes = 32;

crypto::Sha256 mac_for(const std::string& secret, std::string_view binding) {
    return crypto::hmac_sha256(secret, "csrf:" + std::string(binding));
}

/// The host of an Origin header, port included; empty when there is none ("null").
std::string_view origin_host(std::string_view origin) {
    const auto mark = origin.find("://");
    return mark == std::string_view::npos ? std::string_view{} : origin.substr(mark + 3);
}

}  // namespace

CsrfGuard::CsrfGuard(std::string secret, Random& random)
    : secret_(std::move(secret)), random_(random) {
    if (secret_.empty()) {
        std::array<std::byte, kMacBytes> fresh{};
        random_.fill(fresh);
        secret_ = to_string(fresh);
    }
}

std::string CsrfGuard::token(std::string_view binding) const {
    const auto mac = mac_for(secret_, binding);
    std::array<std::byte, 2 * kMacBytes> masked{};
    random_.fill(std::span{masked}.first(kMacBytes));
    for (std::size_t i = 0; i < kMacBytes; ++i) {
        masked[kMacBytes + i] = masked[i] ^ mac[i];
    }
    return to_base64url(masked);
}

bool CsrfGuard::accepts(std::string_view token, std::string_view binding) const {
    const auto masked = from_base64url(token);
    if (!masked || masked->size() != 2 * kMacBytes) {
        return false;
    }
    std::array<std::byte, kMacBytes> sent{};
    for (std::size_t i = 0; i < kMacBytes; ++i) {
        sent[i] = (*masked)[i] ^ (*masked)[kMacBytes + i];
    }
    return crypto::equal_in_constant_time(to_string(sent), to_string(mac_for(secret_, binding)));
}

std::string_view CsrfGuard::foreign_origin(const Request& request) {
    if (const auto site = request.header("sec-fetch-site"); site && *site != "same-origin") {
        return "The request came from another site.";
    }
    const auto origin = request.header("origin");
    // A page without referrers (one-time links) posts with "null"; there the browser's own word on
    // the site, which was checked above, stands alone.
    const bool is_withheld = origin == "null" && request.header("sec-fetch-site");
    if (!origin || is_withheld) {
        return {};
    }
    const bool same_host = origin_host(*origin) == request.header("host").value_or("") &&
                           !origin_host(*origin).empty();
    const bool same_scheme = !request.is_tls || origin->starts_with("https://");
    return same_host && same_scheme ? std::string_view{} : "The request came from another origin.";
}

std::string CsrfGuard::sent_token(const Request& request) {
    if (const auto header = request.header("x-csrf-token")) {
        return std::string(*header);
    }
    return request.form_value("_csrf");
}

}  // namespace hostelry::http
