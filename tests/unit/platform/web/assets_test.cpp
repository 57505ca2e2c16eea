#include "core/platform/web/assets.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace hostelry::view {
namespace {

class AssetsTest : public ::testing::Test {
protected:
    void SetUp() override { std::filesystem::create_directories(folder_); }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    void write_manifest(const std::string& text) {
        std::ofstream(folder_ / "manifest.json") << text;
        std::ofstream(folder_ / "icons.json") << R"(["globe", "box"])";
    }

    std::filesystem::path folder_ =
        std::filesystem::path(testing::TempDir()) / ("hostelry-assets-" + std::to_string(getpid()));
};

TEST_F(AssetsTest, KnowsTheHashedNames) {
    write_manifest(R"({"app.css": "app.1f.css", "icons.svg": "icons.2a.svg"})");
    const Assets assets(folder_);
    EXPECT_EQ(assets.address("app.css"), "/assets/app.1f.css");
    EXPECT_EQ(assets.icon("globe"), "/assets/icons.2a.svg#globe");
    EXPECT_EQ(assets.icon("a-plugins-own"), "/assets/icons.2a.svg#box");
    EXPECT_THROW(assets.address("other.css"), std::out_of_range);
}

TEST_F(AssetsTest, SaysWhatToDoWhenTheFrontEndIsNotBuilt) {
    try {
        const Assets assets(folder_);
        FAIL() << "accepted a folder without a manifest";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("npm run build"), std::string::npos);
    }
}

TEST_F(AssetsTest, RefusesADamagedManifest) {
    write_manifest("{");
    EXPECT_THROW(Assets assets(folder_), std::runtime_error);
}

}  // namespace
}  // namespace hostelry::view
