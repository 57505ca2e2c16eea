#include "core/platform/web/assets.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace hostelry::view {
namespace {

constexpr std::string_view kPrefix = "/assets/";
constexpr std::string_view kIconSprite = "icons.svg";

std::string read_manifest(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw std::runtime_error(
            "The panel's style sheets and scripts are not built: " + path.string() +
            " is missing. Run 'npm ci && npm run build' in web/."
        );
    }
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

Assets::Assets(const std::filesystem::path& dist_folder) : loaded_(true) {
    const auto path = dist_folder / "manifest.json";
    const auto manifest = nlohmann::json::parse(read_manifest(path), nullptr, false);
    if (!manifest.is_object()) {
        throw std::runtime_error(path.string() + " is damaged. Run 'npm run build' in web/.");
    }
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
    return address(kIconSprite).append("#").append(name);
}

}  // namespace hostelry::view
