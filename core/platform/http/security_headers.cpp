#include "core/platform/http/security_headers.h"

namespace hostelry::http {
namespace {

constexpr std::string_view kSameForAll =
    "Strict-Transport-Security: max-age=63072000; includeSubDomains\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: accelerometer=(), autoplay=(), camera=(), display-capture=(), "
    "encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), "
    "microphone=(), midi=(), payment=(), picture-in-picture=(), publickey-credentials-get=(self), "
    "screen-wake-lock=(), usb=(), xr-spatial-tracking=()\r\n";

}  // namespace

std::string security_headers(
    const Response& response, const std::string& nonce, const std::string& request_id
) {
    std::string lines;
    lines.reserve(1200);
    lines.append(kSameForAll);
    lines.append("Referrer-Policy: ")
        .append(response.no_referrer ? "no-referrer" : "same-origin")
        .append("\r\n");
    if (!response.cacheable) {
        lines.append("Cache-Control: no-store\r\n");
    }
    lines.append("Content-Security-Policy: default-src 'none'; script-src 'nonce-")
        .append(nonce)
        .append("' 'strict-dynamic'; style-src 'self' 'nonce-")
        .append(nonce)
        .append(
            "'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
            "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
        )
        .append(response.sandbox ? "; sandbox\r\n" : "\r\n");
    return lines.append("X-Request-Id: ").append(request_id).append("\r\n");
}

}  // namespace hostelry::http
