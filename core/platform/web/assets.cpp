#include "core/platform/web/assets.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <stdexcept>

namespace hostelry::view {
namespace {

constexpr std::string_view kPrefix = "/assets/";
constexpr std::string_view kIconSprite = "icons.svg";
constexpr std::string_view kUnknownIcon = "box";

nlohmann::json read_json(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw std::runtime_error(
            "The panel's style sheets and scripts are not built: " + path.string() +
            " is missing. Run 'npm ci && npm run build' in web/."
        );
    }
    return nlohmann::json::parse(file, nullptr, false);
}

void refuse_unless(bool is_sound, const std::filesystem::path& path) {
    if (!is_sound) {
        throw std::runtime_error(path.string() + " is damaged. Run 'npm run build' in web/.");
    }
}

}  // namespace

Assets::Assets(const std::filesystem::path& dist_folder) : loaded_(true) {
    const auto manifest = read_json(dist_folder / "manifest.json");
    refuse_unless(manifest.is_object(), dist_folder / "manifest.json");
    const auto icons = read_json(dist_folder / "icons.json");
    refuse_unless(icons.is_array(), dist_folder / "icons.json");
    icons_ = icons.get<std::set<std::string, std::less<>>>();
    for (const auto& [name, file] : manifest.items()) {
        files_.emplace(name, file.get<std::string>());
    }
}

std::string Assets::address(std::string_view logical_name) const {
    if (!loaded_) {
        return std::string(kPrefix).append(logical_name);
    }
    const auto found = files_.find(logical_name);
    if (found == files_.end()) {
        throw std::out_of_range("no asset is called " + std::string(logical_name));
    }
    return std::string(kPrefix).append(found->second);
}

std::string Assets::icon(std::string_view name) const {
    const bool is_known = !loaded_ || icons_.contains(name);
    return address(kIconSprite).append("#").append(is_known ? name : kUnknownIcon);
}

}  // namespace hostelry::view
