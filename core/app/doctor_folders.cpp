// What the panel needs of the machine's file system.

#include "core/app/doctor.h"
#include "core/base/random.h"
#include "core/platform/crypto/sealing.h"
#include "core/platform/http/static_assets.h"
#include "core/platform/plugin_host/plugin_host.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace hostelry::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kFreeBytesMin = 1'000'000'000;
constexpr mode_t kWritableByOthers = S_IWGRP | S_IWOTH;

Finding state_folder(const std::string& folder) {
    Finding finding{.name = "state folder", .message = folder + " is there."};
    struct stat facts {};
    if (::stat(folder.c_str(), &facts) != 0) {
        finding.health = Health::Warning;
        finding.message = folder + " does not exist yet.";
        finding.mend =
            "The first `hostelry up` makes it. If it should be there, name it with "
            "--state or state_dir.";
    } else if (!S_ISDIR(facts.st_mode) || ::access(folder.c_str(), W_OK | X_OK) != 0) {
        finding.health = Health::Failed;
        finding.code = ErrorCode::Invalid;
        finding.message = folder + " cannot be written to by this user.";
        finding.mend = "Run as the user that the panel runs as, or give the folder to it: chown.";
    } else if ((facts.st_mode & kWritableByOthers) != 0) {
        finding.health = Health::Failed;
        finding.code = ErrorCode::Invalid;
        finding.message = folder + " can be written to by others: they could exchange its keys.";
        finding.mend = "chmod go-w " + folder;
    }
    return finding;
}

Finding free_space(const std::string& folder) {
    Finding finding{.name = "disk"};
    std::error_code problem;
    const auto space = fs::space(folder, problem);
    if (problem) {
        finding.health = Health::Skipped;
        finding.message = "The state folder is not there.";
        return finding;
    }
    finding.message = fmt::format(
        "{:.1f} GB are free below {}.", static_cast<double>(space.available) / 1e9, folder
    );
    if (space.available < kFreeBytesMin) {
        finding.health = Health::Warning;
        finding.mend = "PostgreSQL stops when the disk is full. Make room.";
    }
    return finding;
}

Finding master_key(const config::Config& config) {
    const std::string path = config.state_dir + "/master.key";
    Finding finding{
        .name = "master key", .message = path + " is there and only its owner reads it."};
    if (!fs::exists(path)) {
        const bool was_used =
            fs::exists(config.state_dir + "/postgres") || !config.database.url.empty();
        finding.health = was_used ? Health::Failed : Health::Warning;
        finding.code = ErrorCode::Invalid;
        finding.message = path + " is missing.";
        finding.mend = was_used
                           ? "Put the copy back that you keep apart from the database: without "
                             "it no secret in the database opens."
                           : "The first start makes it. Keep a copy apart from the database.";
        return finding;
    }
    if (const auto sealer = crypto::Sealer::from_file(path); !sealer) {
        finding.health = Health::Failed;
        finding.code = ErrorCode::Invalid;
        finding.message = sealer.error().message;
        finding.mend = "chmod 600 " + path + ", or put back the copy you keep.";
    }
    return finding;
}

Finding needed_file(
    std::string name, const std::string& path, const char* key, const std::string& without
) {
    Finding finding{.name = std::move(name), .message = path + " is there."};
    if (path.empty()) {
        finding.health = Health::Warning;
        finding.message = std::string(key) + " is not set. " + without;
        finding.mend = std::string("Set ") + key + ".";
    } else if (::access(path.c_str(), R_OK) != 0) {
        finding.health = Health::Failed;
        finding.code = ErrorCode::Invalid;
        finding.message = path + " cannot be read. " + without;
        finding.mend = std::string("Install the package again, or correct ") + key + ".";
    }
    return finding;
}

Finding agent_package(const std::string& path) {
    auto finding = needed_file(
        "agent package", path, "agent.package", "No server can be brought up without it."
    );
    if (finding.health == Health::Well) {
        std::ifstream file(path, std::ios::binary);
        std::string magic(8, '\0');
        file.read(magic.data(), static_cast<std::streamsize>(magic.size()));
        if (magic != "!<arch>\n") {
            finding.health = Health::Failed;
            finding.code = ErrorCode::Invalid;
            finding.message = path + " is no Debian package.";
            finding.mend = "Name the hostelry-agent .deb in agent.package.";
        }
    }
    return finding;
}

Finding asset_folder(const std::string& folder) {
    Finding finding{.name = "web assets", .message = folder + " holds the built front end."};
    if (const auto loaded = http::StaticAssets::load(folder); !loaded) {
        finding.health = Health::Failed;
        finding.code = ErrorCode::Invalid;
        finding.message = loaded.error().message;
        finding.mend = "Install the package again, or correct web.assets.";
    }
    return finding;
}

/// Loads them as a worker does, without giving them settings or a network.
Finding plugin_folder(const std::string& folder) {
    Finding finding{.name = "plugins"};
    if (!fs::is_directory(folder)) {
        finding.health = Health::Warning;
        finding.message = folder + " is not there: no templates, no DNS services.";
        finding.mend = "Correct plugins.directory.";
        return finding;
    }
    SystemClock clock;
    plugin_host::MemoryKvStore kv;
    plugin_host::PluginHost host{{clock, nullptr, kv}};
    const auto refused = host.load_all(folder);
    const auto count = host.list().size();
    finding.message = fmt::format("{} load from {}.", count, folder);
    if (count == 0) {
        finding.health = Health::Warning;
        finding.message = folder + " holds none: no templates, no DNS services.";
        finding.mend = "Install the panel's plugins, or correct plugins.directory.";
    }
    if (!refused.empty()) {
        finding.health = Health::Failed;
        finding.code = ErrorCode::Unsupported;
        finding.message = fmt::format("{} load from {}, others do not.", count, folder);
        for (const auto& [name, error] : refused) {
            finding.message += " " + name + ": " + error.message;
        }
        finding.mend =
            "Remove the folders of plugins that are refused, or install versions that "
            "fit this panel.";
    }
    return finding;
}

}  // namespace

Findings examine_folders(const config::Config& config) {
    return {
        state_folder(config.state_dir),
        free_space(config.state_dir),
        master_key(config),
        asset_folder(config.web.assets),
        plugin_folder(config.plugins.directory),
        needed_file(
            "automation",
            config.automation.directory + "/bring-up.yml",
            "automation.directory",
            "No server can be brought up without it."
        ),
        agent_package(config.agent.package)};
}

}  // namespace hostelry::app
