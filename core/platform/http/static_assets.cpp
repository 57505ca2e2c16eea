#include "core/platform/http/static_assets.h"

#include "core/base/text.h"
#include "core/platform/crypto/digest.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace hostelry::http {
namespace {

constexpr std::string_view kForAYear = "public, max-age=31536000, immutable";
constexpr std::string_view kAskAgain = "public, max-age=0, must-revalidate";

std::shared_ptr<const std::string> read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return std::make_shared<const std::string>(
        std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()
    );
}

std::shared_ptr<const std::string> read_twin(std::filesystem::path path, const char* extension) {
    path += extension;
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored) ? read_file(path) : nullptr;
}

/// "app.1f2e3d4c.css", "app-1F2E3D4C.js": a part of at least 8 letters and digits, one of them a
/// digit, before the extension.
bool has_hash(std::string_view name) {
    const auto dot = name.rfind('.');
    const auto stem = name.substr(0, dot);
    const auto mark = stem.find_last_of(".-");
    if (dot == std::string_view::npos || mark == std::string_view::npos) {
        return false;
    }
    const auto hash = stem.substr(mark + 1);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return hash.size() >= 8 && std::any_of(hash.begin(), hash.end(), is_digit) &&
           std::all_of(hash.begin(), hash.end(), [&](char c) {
               return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
           });
}

/// Whether Accept-Encoding takes the coding: named, and not with q=0.
bool accepts_coding(std::string_view header, std::string_view coding) {
    for (const auto& part : split(header, ',')) {
        const auto entry = trim(part);
        const auto semicolon = std::min(entry.find(';'), entry.size());
        if (lower_ascii(trim(entry.substr(0, semicolon))) != coding) {
            continue;
        }
        auto parameter = std::string(entry.substr(semicolon));
        std::erase(parameter, ' ');
        return parameter != ";q=0" && !parameter.starts_with(";q=0.0");
    }
    return false;
}

bool matches_etag(std::string_view header, std::string_view etag) {
    if (trim(header) == "*") {
        return true;
    }
    for (const auto& part : split(header, ',')) {
        auto candidate = trim(part);
        if (candidate.starts_with("W/")) {
            candidate.remove_prefix(2);
        }
        if (candidate == etag) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::string content_type_of(std::string_view file_name) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kTypes{{
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".json", "application/json; charset=utf-8"},
        {".map", "application/json; charset=utf-8"},
        {".html", "text/html; charset=utf-8"},
        {".txt", "text/plain; charset=utf-8"},
        {".webmanifest", "application/manifest+json; charset=utf-8"},
        {".svg", "image/svg+xml; charset=utf-8"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".woff", "font/woff"},
        {".wasm", "application/wasm"},
    }};
    for (const auto& [extension, type] : kTypes) {
        if (file_name.ends_with(extension)) {
            return std::string(type);
        }
    }
    return "application/octet-stream";
}

Result<StaticAssets> StaticAssets::load(const std::filesystem::path& folder) {
    std::error_code failure;
    std::filesystem::recursive_directory_iterator entries(folder, failure);
    if (failure) {
        return fail(
            ErrorCode::Unavailable,
            "The front-end files are missing. Build them first.",
            folder.string() + ": " + failure.message()
        );
    }
    StaticAssets assets;
    for (const auto& entry : entries) {
        const auto extension = entry.path().extension();
        if (!entry.is_regular_file() || entry.is_symlink() || extension == ".br" ||
            extension == ".gz") {
            continue;
        }
        File file;
        file.plain = read_file(entry.path());
        file.brotli = read_twin(entry.path(), ".br");
        file.gzip = read_twin(entry.path(), ".gz");
        file.content_type = content_type_of(entry.path().filename().string());
        file.etag = '"' + crypto::sha256_hex(*file.plain).substr(0, 32) + '"';
        file.is_hashed = has_hash(entry.path().filename().string());
        assets.files_->emplace(
            entry.path().lexically_relative(folder).generic_string(), std::move(file)
        );
    }
    return assets;
}

std::vector<Route> StaticAssets::routes(const std::string& prefix) const {
    const auto serve_named = [files = files_](const std::string& name, const Request& request) {
        const auto file = files->find(name);
        if (file == files->end()) {
            return Response::failed(Error{
                ErrorCode::NotFound, "There is no such file.", {}, {}, {}, false});
        }
        return serve(file->second, request);
    };
    Route flat{
        .method = Method::Get,
        .path = prefix + "/{file}",
        .access = Access::Public,
        .csrf = Csrf::None,
        .rate = RateClass::Static,
        .run = Run::Inline,
        .handler = [serve_named](Exchange& exchange
                   ) { return serve_named(exchange.request.param("file"), exchange.request); },
    };
    Route nested = flat;
    nested.path = prefix + "/{folder}/{file}";
    nested.handler = [serve_named](Exchange& exchange) {
        const auto& request = exchange.request;
        return serve_named(request.param("folder") + '/' + request.param("file"), request);
    };
    return {std::move(flat), std::move(nested)};
}

Response StaticAssets::serve(const File& file, const Request& request) {
    Response response;
    response.set_header("ETag", file.etag);
    response.set_header("Vary", "Accept-Encoding");
    response.set_header("Cache-Control", file.is_hashed ? kForAYear : kAskAgain);
    if (matches_etag(request.header("if-none-match").value_or(""), file.etag)) {
        response.status = 304;
        return response;
    }
    response.content_type = file.content_type;
    const auto codings = request.header("accept-encoding").value_or("");
    if (file.brotli && accepts_coding(codings, "br")) {
        response.set_header("Content-Encoding", "br");
        response.shared_body = file.brotli;
    } else if (file.gzip && accepts_coding(codings, "gzip")) {
        response.set_header("Content-Encoding", "gzip");
        response.shared_body = file.gzip;
    } else {
        response.shared_body = file.plain;
    }
    return response;
}

}  // namespace hostelry::http
