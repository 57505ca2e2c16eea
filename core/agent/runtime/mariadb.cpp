#include "core/agent/runtime/mariadb.h"

#include "core/agent/runtime/programs.h"
#include "core/base/text.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace hostelry::agent {

namespace {

constexpr const char* kClient = "/usr/bin/mariadb";

std::string sha1(std::string_view data) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_Digest(data.data(), data.size(), digest.data(), &size, EVP_sha1(), nullptr);
    return {digest.begin(), digest.begin() + size};
}

}  // namespace

std::string sql_name(std::string_view name) {
    std::string quoted = "`";
    for (const char c : name) {
        quoted += c;
        if (c == '`') {
            quoted += c;
        }
    }
    return quoted + "`";
}

std::string sql_text(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        quoted += c;
        if (c == '\'') {
            quoted += c;
        }
    }
    return quoted + "'";
}

std::string sql_pattern(std::string_view name) {
    std::string pattern;
    for (const char c : name) {
        if (c == '_' || c == '%') {
            pattern += '\\';
        }
        pattern += c;
    }
    return sql_name(pattern);
}

std::string native_password_hash(std::string_view password) {
    std::string hex = to_hex(as_bytes(sha1(sha1(password))));
    std::transform(hex.begin(), hex.end(), hex.begin(), [](char c) {
        return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return "*" + hex;
}

Result<std::vector<SqlRow>> run_sql(const std::string& statements) {
    const auto output = TRY(require_program(
        {.program = kClient,
         .argv =
             {"--no-defaults",
              "--protocol=socket",
              "--socket=/run/mysqld/mysqld.sock",
              "--user=root",
              "--batch",
              "--raw",
              "--skip-column-names",
              "--default-character-set=utf8mb4"},
         .input = statements},
        "The database server refused the work."
    ));
    std::vector<SqlRow> rows;
    for (const auto& line : split(output, '\n')) {
        if (!line.empty()) {
            rows.push_back(split(line, '\t'));
        }
    }
    return rows;
}

}  // namespace hostelry::agent
