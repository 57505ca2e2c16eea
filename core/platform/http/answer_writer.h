#pragma once

#include "core/platform/http/application.h"

#include <cstdint>
#include <optional>
#include <string>

namespace hostelry::http {

enum class Keep : std::uint8_t { Open, Close };

/// How the body after the head is delimited.
enum class Framing : std::uint8_t { None, Length, Chunked, UntilClose };

/// Chooses the framing that status, method and protocol version allow.
Framing framing_of(const Response& response, Method method, bool is_http_1_0);

/// Status line and header fields, the empty line included.
void append_head(std::string& out, const Answer& answer, Framing framing, Keep keep);

/// The "Date" of now, renewed once a second for each thread.
const std::string& http_date();

}  // namespace hostelry::http
