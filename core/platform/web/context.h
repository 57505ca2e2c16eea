#pragma once

#include "core/platform/web/assets.h"
#include "core/platform/web/reader_time.h"

#include <string>

namespace hostelry::view {

enum class Theme { System, Light, Dark };

/// What every template of one response may need and no feature should have to pass on.
struct Context {
    const Assets& assets;
    ReaderTime time;         // the reader's zone and the moment of the request
    std::string csrf_token;  // for this session; masked anew for each response
    std::string nonce;       // of this response's Content-Security-Policy
    std::string request_id;
    Theme theme = Theme::System;
};

}  // namespace hostelry::view
