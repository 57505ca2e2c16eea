#include "tests/support/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

extern char** environ;

namespace hostelry::testing {

ChildProcess::ChildProcess(const std::vector<std::string>& argv) {
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) != 0) {
        std::abort();
    }
    input_ = ends[1];
    std::vector<std::string> texts = argv;
    std::vector<char*> pointers;
    for (auto& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends[0], 0);
    if (posix_spawn(&process_, texts[0].c_str(), &files, nullptr, pointers.data(), environ) != 0) {
        std::abort();
    }
    posix_spawn_file_actions_destroy(&files);
    close(ends[0]);
}

ChildProcess::~ChildProcess() {
    close_input();
    if (process_ > 0) {
        kill(SIGKILL);
        wait();
    }
}

int ChildProcess::wait() {
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void ChildProcess::close_input() {
    if (input_ >= 0) {
        close(input_);
        input_ = -1;
    }
}

void ChildProcess::kill(int signal) const {
    ::kill(process_, signal);
}

std::string queue_worker_program() {
    return HOSTELRY_TEST_QUEUE_WORKER;
}

}  // namespace hostelry::testing
