#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace hostelry::testing {

/// A program under test in a process of its own, with a pipe to its standard input; killed (-9) and
/// reaped at the end of its scope.
class ChildProcess {
public:
    explicit ChildProcess(const std::vector<std::string>& argv);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// 128 + signal for a killed one. Waits.
    int wait();
    void close_input();
    void kill(int signal) const;
    pid_t id() const { return process_; }

private:
    pid_t process_ = 0;
    int input_ = -1;
};

/// The worker program of the queue's kill tests.
std::string queue_worker_program();

}  // namespace hostelry::testing
