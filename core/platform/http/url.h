#pragma once

#include "core/platform/http/message.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hostelry::http {

inline constexpr std::size_t kMaxFormPairs = 1000;
inline constexpr std::size_t kMaxFormNameBytes = 256;

/// Decodes a raw path once and normalises it: one trailing slash is dropped. Nothing when it holds
/// a bad escape, an encoded slash, a backslash, a control byte, invalid UTF-8, an empty segment or
/// a dot segment; each of these is read differently by somebody.
std::optional<std::string> decode_path(std::string_view raw);

/// Decodes application/x-www-form-urlencoded text, as of bodies and queries. Nothing on a bad
/// escape, NUL, invalid UTF-8, more than kMaxFormPairs pairs or a name of more than
/// kMaxFormNameBytes.
std::optional<FormPairs> decode_pairs(std::string_view text);

/// True for "/jobs?state=failed": a path on this host and nothing else ("//host", "/\host" and
/// controls are not).
bool is_own_path(std::string_view path);

}  // namespace hostelry::http
