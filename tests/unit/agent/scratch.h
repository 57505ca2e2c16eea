#pragma once
// A folder of the test's own, gone at its end, with a Layout below it.

#include "core/agent/runtime/layout.h"

#include "tests/support/scratch_folder.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace hostelry::agent {

class Scratch {
public:
    std::string operator/(const std::string& name) const { return path_ / name; }

    Layout layout() const {
        Layout layout;
        layout.sites = *this / "sites";
        layout.state = *this / "state";
        layout.run = *this / "run";
        layout.nginx = *this / "nginx";
        layout.php = *this / "php";
        layout.php_run = *this / "php_run";
        layout.cron = *this / "cron";
        layout.crontabs = *this / "crontabs";
        return layout;
    }

    void write(const std::string& name, const std::string& content) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name) << content;
    }
    std::string read(const std::string& name) const {
        std::ifstream in(path_ / name);
        return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    }
    bool has(const std::string& name) const { return std::filesystem::exists(path_ / name); }

private:
    testing::ScratchFolder folder_;
    std::filesystem::path path_ = folder_.path();
};

}  // namespace hostelry::agent
