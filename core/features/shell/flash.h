#pragma once
// A toast that crosses one redirect in a cookie: "text" or "text|undo path", in base64url.

#include "core/platform/http/message.h"
#include "core/platform/web/components/dialog.h"

#include <string_view>
#include <vector>

namespace hostelry::shell {

void leave_flash(http::Response& response, std::string_view text, std::string_view undo_href);
/// What the request carries; broken or foreign cookies give nothing.
std::vector<view::Toast> flashes_of(const http::Request& request);
bool has_flash(const http::Request& request);
void clear_flash(http::Response& response);

}  // namespace hostelry::shell
