// What plugin-api/README.md promises: a plugin is built with nothing but that folder, and the panel
// loads it.
#include "core/platform/process/process.h"

#include "tests/integration/plugin_host/plugin_world.h"
#include "tests/support/scratch_folder.h"

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace hostelry;
using namespace hostelry::plugin_host;

namespace {

namespace fs = std::filesystem;

class OutOfTree : public PluginWorld {
protected:
    OutOfTree() {
        fs::copy(fs::path(HOSTELRY_TEST_SOURCE) / "plugin-api", api_, fs::copy_options::recursive);
    }

    static std::string run(
        const std::string& program,
        std::vector<std::string> argv,
        const std::map<std::string, std::string>& environment = {}
    ) {
        const auto done = process::run(
            {.program = program,
             .argv = std::move(argv),
             .environment = environment,
             .timeout = std::chrono::seconds(100)}
        );
        EXPECT_TRUE(done) << program;
        EXPECT_EQ(done ? done->exit_code : -1, 0) << (done ? done->output + done->errors : "");
        return done ? done->output : "";
    }
    static void cmake(std::vector<std::string> argv) { run("/usr/bin/cmake", std::move(argv)); }

    /// The folder installed as the package hostelry-plugin-dev would, below prefix().
    void install() {
        cmake({"-S", api_, "-B", folder_.path("api-build"), "-DCMAKE_INSTALL_PREFIX=" + prefix()});
        cmake({"--install", folder_.path("api-build"), "--component", "plugin-dev"});
    }
    static void replace_in(
        const std::string& path, const std::string& from, const std::string& to
    ) {
        std::stringstream text;
        text << std::ifstream(path).rdbuf();
        auto changed = text.str();
        const auto at = changed.find(from);
        ASSERT_NE(at, std::string::npos) << path;
        std::ofstream(path, std::ios::trunc) << changed.replace(at, from.size(), to);
    }
    std::string prefix() const { return folder_.path("prefix"); }

    hostelry::testing::ScratchFolder folder_;
    std::string api_ = folder_.path("plugin-api");
};

TEST_F(OutOfTree, TheTemplateFolderIsCopiedBuiltWithThePackageAndLoaded) {
    install();
    fs::copy(fs::path(api_) / "template", folder_.path("mine"), fs::copy_options::recursive);
    for (const char* file : {"plugin.json", "static_site.cpp"}) {
        replace_in(folder_.path("mine/") + file, "org.hostelry.static", "org.example.hello");
    }
    const auto build = folder_.path("mine-build");
    cmake({"-S", folder_.path("mine"), "-B", build, "-DCMAKE_PREFIX_PATH=" + prefix()});
    cmake({"--build", build});
    const auto loaded = host.load(build + "/plugins/static");
    ASSERT_TRUE(loaded) << loaded.error().message << " / " << loaded.error().cause;
    EXPECT_EQ(host.list().at(0).id, "org.example.hello");
}

TEST_F(OutOfTree, APluginInPlainCIsBuiltWithPkgConfigAndLoaded) {
    install();
    const auto mine = folder_.path("mine");
    fs::copy(fixture("plain"), mine);
    fs::remove(mine + "/wrong.so");
    std::string path;
    for (const auto& entry : fs::recursive_directory_iterator(prefix())) {
        if (entry.path().filename() == "hostelry-plugin.pc") {
            path = entry.path().parent_path();
        }
    }
    const auto flags =
        run("/usr/bin/pkg-config",
            {"--cflags", "--libs", "hostelry-plugin"},
            {{"PKG_CONFIG_PATH", path}});
    std::vector<std::string> argv{
        "-shared",
        "-fPIC",
        std::string(HOSTELRY_TEST_SOURCE) + "/tests/plugins/fixtures/wrong.c",
        "-o",
        mine + "/wrong.so"};
    std::istringstream words(flags);
    for (std::string word; words >> word;) {
        argv.push_back(word);
    }
    run("/usr/bin/cc", argv);
    const auto loaded = host.load(mine);
    ASSERT_TRUE(loaded) << loaded.error().message << " / " << loaded.error().cause;
}

}  // namespace
