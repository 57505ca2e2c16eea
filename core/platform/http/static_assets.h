#pragma once

#include "core/platform/http/route.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace hostelry::http {

/// Files of the front-end build, kept in memory and served on the event loop: the best of the br
/// and gzip twins that the browser takes, ETag and 304, and a year of cache for names that carry a
/// hash. Read once at start.
class StaticAssets {
public:
    /// Reads every regular file below `folder` except "*.br" and "*.gz" twins, which join their
    /// files. Unavailable when the folder is not there.
    static Result<StaticAssets> load(const std::filesystem::path& folder);

    /// GET `prefix`/{file} and `prefix`/{folder}/{file}. The routes keep the files alive.
    std::vector<Route> routes(const std::string& prefix) const;

    std::size_t count() const { return files_->size(); }

private:
    struct File {
        std::string content_type;
        std::string etag;
        bool is_hashed = false;
        std::shared_ptr<const std::string> plain;
        std::shared_ptr<const std::string> gzip;
        std::shared_ptr<const std::string> brotli;
    };
    using Files = std::map<std::string, File, std::less<>>;

    static Response serve(const File& file, const Request& request);

    std::shared_ptr<Files> files_ = std::make_shared<Files>();
};

/// By file extension; "application/octet-stream" when it is unknown.
std::string content_type_of(std::string_view file_name);

}  // namespace hostelry::http
