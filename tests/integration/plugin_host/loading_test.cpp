// Every way in which a plugin may be wrong is refused with a sentence that says what it is; the
// control loads.
#include "core/platform/crypto/digest.h"

#include "tests/integration/plugin_host/plugin_world.h"
#include "tests/support/scratch_folder.h"

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace hostelry;
using namespace hostelry::plugin_host;

namespace {

namespace fs = std::filesystem;

class LoadingAPlugin : public PluginWorld {
protected:
    /// A copy of a fixture that a test may spoil.
    fs::path copy_of(const std::string& name) {
        const fs::path copy = scratch_.path(name);
        fs::copy(fixture(name), copy);
        return copy;
    }
    static void write(const fs::path& path, const std::string& text) {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    }
    static std::string read(const fs::path& path) {
        std::ostringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        return text.str();
    }
    void expect_refused(const std::string& folder, ErrorCode code, const std::string& sentence) {
        const auto loaded = host.load(folder);
        ASSERT_FALSE(loaded) << folder;
        EXPECT_EQ(loaded.error().code, code) << loaded.error().message;
        const auto said = loaded.error().message + " / " + loaded.error().cause;
        EXPECT_NE(said.find(sentence), std::string::npos) << said;
        EXPECT_TRUE(host.list().empty());
    }

private:
    hostelry::testing::ScratchFolder scratch_;
};

TEST_F(LoadingAPlugin, AcceptsOneInPlainC) {
    const auto loaded = host.load(fixture("plain"));
    ASSERT_TRUE(loaded) << loaded.error().message << loaded.error().cause;
    EXPECT_EQ(*loaded, "org.example.plain");
    const auto zones = host.call("org.example.plain", "dns/1.zone_list", json::object());
    ASSERT_TRUE(zones) << zones.error().message;
    EXPECT_EQ(zones->at("zones").size(), 0U);
}

TEST_F(LoadingAPlugin, ReadsMembersBeyondTheEndOfItsTableAsAbsent) {
    ASSERT_TRUE(host.load(fixture("plain")));
    EXPECT_TRUE(host.offers("org.example.plain", "dns/1.zone_list"));
    EXPECT_FALSE(host.offers("org.example.plain", "dns/1.zone_get"));
    const auto zone = host.call("org.example.plain", "dns/1.zone_get", {{"zone", "a.test"}});
    ASSERT_FALSE(zone);
    EXPECT_EQ(zone.error().code, ErrorCode::Unsupported);
}

TEST_F(LoadingAPlugin, RefusesOneWithoutEntry) {
    expect_refused(fixture("no_entry"), ErrorCode::Invalid, "has no hostelry_plugin_entry_v1");
}

TEST_F(LoadingAPlugin, RefusesOneThatExportsMore) {
    expect_refused(fixture("extra_symbol"), ErrorCode::Invalid, "\"create\"");
}

TEST_F(LoadingAPlugin, RefusesANewerMinorFromTheManifestAndNamesBothVersions) {
    expect_refused(
        fixture("future_manifest"),
        ErrorCode::Unsupported,
        "needs plugin ABI 1.5-draft, this panel has 1.0"
    );
}

TEST_F(LoadingAPlugin, RefusesAnotherMajorFromTheManifest) {
    expect_refused(fixture("other_major"), ErrorCode::Unsupported, "2.0");
}

TEST_F(LoadingAPlugin, RefusesOneForTheReleasedAbiWhileThisPanelHasADraft) {
    expect_refused(
        fixture("released_abi"),
        ErrorCode::Unsupported,
        "needs plugin ABI 1.0, this panel has 1.0-draft"
    );
}

TEST_F(LoadingAPlugin, RefusesAnotherMajorInTheLibrary) {
    expect_refused(
        fixture("other_major_in_library"), ErrorCode::Unsupported, "needs plugin ABI 2.0"
    );
}

TEST_F(LoadingAPlugin, RefusesANewerMinorInTheLibrary) {
    expect_refused(fixture("future_library"), ErrorCode::Unsupported, "needs plugin ABI 1.5");
}

TEST_F(LoadingAPlugin, RefusesOneBuiltWithOtherDraftHeaders) {
    expect_refused(fixture("other_draft"), ErrorCode::Unsupported, "other draft headers");
}

TEST_F(LoadingAPlugin, RefusesALibraryThatSaysAnotherIdThanItsManifest) {
    expect_refused(fixture("other_id"), ErrorCode::Invalid, "org.example.other");
}

TEST_F(LoadingAPlugin, RefusesOneThatDeclines) {
    expect_refused(fixture("refuses"), ErrorCode::Unsupported, "cannot work in this panel");
}

TEST_F(LoadingAPlugin, RefusesOneThatLacksAFunction) {
    expect_refused(fixture("no_create"), ErrorCode::Invalid, "lacks required functions");
}

TEST_F(LoadingAPlugin, RefusesAStructThatEndsTooEarly) {
    expect_refused(fixture("short_struct"), ErrorCode::Invalid, "lacks required functions");
}

TEST_F(LoadingAPlugin, RefusesOneThatPromisesACapabilityItLacks) {
    expect_refused(fixture("broken_promise"), ErrorCode::Invalid, "promises billing/1");
}

TEST_F(LoadingAPlugin, RefusesGarbage) {
    const auto folder = copy_of("plain");
    write(
        folder / "wrong.so",
        "\x7f"
        "ELF but not really"
    );
    expect_refused(folder, ErrorCode::Invalid, "not a shared object");
}

TEST_F(LoadingAPlugin, RefusesEveryTruncationWithoutRunningIt) {
    const auto folder = copy_of("plain");
    const auto whole = read(folder / "wrong.so");
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{63}, std::size_t{64}, whole.size() / 4, whole.size() / 2}) {
        write(folder / "wrong.so", whole.substr(0, size));
        EXPECT_FALSE(host.load(folder)) << size;
    }
}

TEST_F(LoadingAPlugin, RefusesALibraryWithAnotherHashThanItsManifestNames) {
    const auto folder = copy_of("plain");
    auto manifest = json::parse(read(folder / "plugin.json"));
    manifest["library_sha256"] = crypto::sha256_hex("something else");
    write(folder / "plugin.json", manifest.dump());
    expect_refused(folder, ErrorCode::Invalid, "not the one its manifest names");
    manifest["library_sha256"] = crypto::sha256_hex(read(folder / "wrong.so"));
    write(folder / "plugin.json", manifest.dump());
    EXPECT_TRUE(host.load(folder));
}

TEST_F(LoadingAPlugin, RefusesALinkInPlaceOfTheLibrary) {
    const auto folder = copy_of("plain");
    fs::rename(folder / "wrong.so", folder / "real.so");
    fs::create_symlink("real.so", folder / "wrong.so");
    expect_refused(folder, ErrorCode::NotFound, "cannot be opened");
}

TEST_F(LoadingAPlugin, RefusesTheSamePluginTwice) {
    ASSERT_TRUE(host.load(fixture("plain")));
    const auto again = host.load(fixture("plain"));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::Conflict);
}

TEST_F(LoadingAPlugin, ReportsAnInstanceThatIsNotThere) {
    ASSERT_TRUE(host.load(fixture("creates_nothing")));
    const auto zones = host.call("org.example.plain", "dns/1.zone_list", json::object());
    ASSERT_FALSE(zones);
    EXPECT_EQ(zones.error().code, ErrorCode::Internal);
}

TEST_F(LoadingAPlugin, LoadsTheOthersWhenOneIsRefused) {
    const auto refused = host.load_all(HOSTELRY_TEST_FIXTURES);
    EXPECT_GE(refused.size(), 10U);
    EXPECT_EQ(host.list().size(), 2U);  // puppet, and one of those that call themselves plain
}

}  // namespace
