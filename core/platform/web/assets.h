#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace hostelry::view {

/// Addresses of the files the front-end build made, by their logical names ("app.css", "app.js",
/// "icons.svg"). Read once at start; unchangeable afterwards, so all threads may use it.
class Assets {
public:
    /// Without files: every address is the plain logical name. For tests of templates.
    Assets() = default;

    /// Reads `manifest.json` and `icons.json` in the front-end build's output folder. Throws
    /// std::runtime_error with a sentence that says what to do when it is missing or damaged.
    explicit Assets(const std::filesystem::path& dist_folder);

    /// "/assets/app.1f2e3d.css" for "app.css". An unknown name is a bug: throws std::out_of_range.
    std::string address(std::string_view logical_name) const;

    /// Address of one icon of the sprite, as for `<use href>`. Plugins name icons too: a name the
    /// sprite does not have becomes a plain box.
    std::string icon(std::string_view name) const;

private:
    std::map<std::string, std::string, std::less<>> files_;
    std::set<std::string, std::less<>> icons_;
    bool loaded_ = false;
};

}  // namespace hostelry::view
