#pragma once
// A toast that crosses one redirect in a cookie: "kind|text|undo path", in base64url.

#include "core/platform/http/message.h"
#include "core/platform/web/components/dialog.h"

#include <string_view>
#include <vector>

namespace hostelry::shell {

/// Of the toast its kind, text and way back are kept.
void leave_flash(http::Response& response, const view::Toast& toast);
/// What the request carries; broken or foreign cookies give nothing.
std::vector<view::Toast> flashes_of(const http::Request& request);
bool has_flash(const http::Request& request);
void clear_flash(http::Response& response);

}  // namespace hostelry::shell
