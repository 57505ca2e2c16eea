#include "core/agent/commands/programs/site_program.h"

#include "core/agent/runtime/names.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace hostelry::agent {

namespace {

constexpr std::size_t kWordsMax = 64;
constexpr std::size_t kWordBytesMax = 4096;
constexpr int kCannotRun = 126;

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> list;
    list.reserve(words.size() + 1);
    for (auto& word : words) {
        list.push_back(word.data());
    }
    list.push_back(nullptr);
    return list;
}

}  // namespace

std::optional<std::string> find_site_program(
    const std::string& word, const std::string& php_version
) {
    if (word != "php") {
        return std::nullopt;
    }
    return "/usr/bin/php" + php_version;
}

bool is_site_argv(const std::vector<std::string>& argv) {
    return !argv.empty() && argv.size() <= kWordsMax && find_site_program(argv.front(), "") &&
           std::all_of(argv.begin(), argv.end(), [](const std::string& word) {
               return is_one_line(word, kWordBytesMax);
           });
}

int run_as_site(
    const Layout& layout, const std::string& site, const std::vector<std::string>& argv
) {
    const auto account = get_account(layout, site);
    if (!account || argv.empty()) {
        std::cerr << "hostelry-agent: there is no such site\n";
        return kCannotRun;
    }
    become(*account);
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    if (chdir(account->home.c_str()) != 0) {
        return kCannotRun;
    }
    std::vector<std::string> words = argv;
    std::vector<std::string> environment{
        "HOME=" + account->home,
        "USER=" + site,
        "LOGNAME=" + site,
        "PATH=/usr/local/bin:/usr/bin:/bin",
        "LANG=C.UTF-8",
        "TMPDIR=" + account->home + "/tmp"};
    execve(words.front().c_str(), pointers(words).data(), pointers(environment).data());
    std::cerr << "hostelry-agent: " << argv.front() << " cannot be started\n";
    return kCannotRun;
}

}  // namespace hostelry::agent
