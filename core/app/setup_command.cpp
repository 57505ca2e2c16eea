#include "core/app/setup_command.h"

#include "core/app/api_client.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/platform/crypto/token.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace hostelry::app {
namespace {

using nlohmann::json;

Result<json> ask_panel(const PanelAddress& panel, http::Method method, const std::string& path) {
    SystemRandom random;
    const json nothing = json::object();
    const auto answer = TRY(call_api(
        panel, method, path, http::is_safe(method) ? nullptr : &nothing, crypto::make_token(random)
    ));
    return json::parse(answer.body, nullptr, false);
}

Result<std::string> user_with_email(const PanelAddress& panel, const std::string& email) {
    const auto found =
        TRY(ask_panel(panel, http::Method::Get, "/api/v1/users?q=" + percent_encode(email)));
    for (const auto& user : found.value("items", json::array())) {
        if (lower_ascii(user.value("email", "")) == lower_ascii(email)) {
            return user.value("id", "");
        }
    }
    return fail(ErrorCode::NotFound, "Nobody has the address " + email + ".");
}

}  // namespace

Result<int> run_setup(const PanelAddress& panel, const std::string& email, bool as_json) {
    std::string path = "/api/v1/setup-links";
    if (!email.empty()) {
        path = "/api/v1/users/" + TRY(user_with_email(panel, email)) + "/password-link";
    }
    const auto link = TRY(ask_panel(panel, http::Method::Post, path));
    std::printf("%s\n", as_json ? link.dump(2).c_str() : link.value("url", "").c_str());
    return 0;
}

}  // namespace hostelry::app
