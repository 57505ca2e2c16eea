#include "core/app/operator_key.h"

#include "core/base/operator_user.h"
#include "core/features/auth/permissions.h"
#include "core/platform/crypto/digest.h"
#include "core/platform/crypto/token.h"
#include "core/platform/http/address.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

namespace hostelry::app {
namespace {

constexpr std::string_view kScheme = "Bearer ";
constexpr std::string_view kKeyPrefix = "op_";

std::string path_of(const std::string& state_dir) {
    return state_dir + "/panel.json";
}

Result<void> write_private(const std::string& path, const std::string& text) {
    const std::string fresh = path + ".new";
    ::unlink(fresh.c_str());
    const int file =
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    const bool written =
        file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const int reason = errno;
    if (file >= 0) {
        ::close(file);
    }
    if (!written || ::rename(fresh.c_str(), path.c_str()) != 0) {
        return fail(
            ErrorCode::Internal,
            path + " cannot be written: " + std::generic_category().message(reason) + "."
        );
    }
    return {};
}

}  // namespace

Result<PanelAddress> write_panel_address(
    const std::string& state_dir, std::string url, Random& random
) {
    PanelAddress address{std::move(url), std::string(kKeyPrefix) + crypto::make_token(random), {}};
    const nlohmann::json document{{"url", address.url}, {"key", address.key}};
    TRY(write_private(path_of(state_dir), document.dump(2) + "\n"));
    return address;
}

Result<PanelAddress> read_panel_address(const std::string& state_dir) {
    std::ifstream file(path_of(state_dir));
    std::stringstream text;
    text << file.rdbuf();
    const auto document = nlohmann::json::parse(text.str(), nullptr, false);
    if (!file || !document.is_object()) {
        return fail(
            ErrorCode::Unavailable,
            "No panel runs on the state folder " + state_dir +
                ", or it may not be read. Start it, or name another with --state."
        );
    }
    return PanelAddress{document.value("url", ""), document.value("key", ""), {}};
}

void OperatorAuthenticator::set_key(const std::string& key) {
    key_hash_ = crypto::token_hash(key);
}

Result<std::optional<http::Principal>> OperatorAuthenticator::authenticate(
    const http::Request& request
) {
    const auto header = request.header("authorization").value_or("");
    if (!header.starts_with(kScheme) || !header.substr(kScheme.size()).starts_with(kKeyPrefix)) {
        return people_.authenticate(request);
    }
    const auto client = http::IpAddress::parse(request.client_address);
    const bool near =
        client && (request.client_address.starts_with("127.") || request.client_address == "::1");
    const bool known =
        !key_hash_.empty() && crypto::equal_in_constant_time(
                                  crypto::token_hash(header.substr(kScheme.size())), key_hash_
                              );
    if (!near || !known) {
        return fail(ErrorCode::Unauthenticated, "This key is not known.");
    }
    return operator_principal();
}

Result<std::optional<http::Principal>> OperatorAuthenticator::operator_principal() {
    const auto rows = TRY(database_.single_statement("select hostelry.root_tenant() as id"));
    const auto root = rows.empty() ? std::nullopt : rows.front()["id"].optional_id<TenantId>();
    if (!root) {
        return fail(ErrorCode::Unavailable, "The panel is not set up yet.");
    }
    http::Principal principal;
    principal.user = operator_user();
    principal.tenant = *root;
    principal.home = *root;
    principal.user_name = "Operator (command line)";
    principal.locale = "en";
    principal.time_zone = "UTC";
    principal.permissions = auth::permissions_of(users::Role::Superadmin);
    principal.session_key = "operator";
    principal.by_cookie = false;
    return std::optional(std::move(principal));
}

std::vector<std::string> OperatorAuthenticator::ended_sessions(
    const std::vector<std::string>& session_keys
) {
    return people_.ended_sessions(session_keys);
}

}  // namespace hostelry::app
