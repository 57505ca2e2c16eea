#pragma once
// Programs are started with an argument list, a fixed path and a clean environment; there is no
// shell anywhere.

#include "core/base/bytes.h"
#include "core/base/result.h"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::process {

struct Command {
    std::string program;            ///< Absolute path.
    std::vector<std::string> argv;  ///< Arguments after the program's own name.
    std::map<std::string, std::string>
        environment;                ///< The whole environment; PATH and LANG are added when absent.
    std::string working_directory;  ///< Empty: the caller's.
    std::string input;              ///< Written to standard input, which is then closed.
    std::chrono::milliseconds timeout{60'000};  ///< Then the whole process group is killed.
    std::size_t output_bytes_max = 4_MiB;       ///< Further output is read and dropped.
    std::function<void(std::string_view line)>
        on_line;                      ///< Each finished line of standard output, at once.
    std::function<bool()> cancelled;  ///< Asked about ten times a second; true kills the group.
};

struct Outcome {
    int exit_code = 0;  ///< 128 + signal number when a signal ended it.
    std::string output;
    std::string errors;
    bool truncated = false;
};

/// Runs to the end. Timeout and Cancelled are errors; any exit code is an Outcome, the caller
/// judges it.
Result<Outcome> run(const Command& command);

/// A program that lives on, with its standard input and output in our hands. Ends with us (death
/// signal), and is killed with its group when the object goes.
class Child {
public:
    /// Standard error goes where ours goes. `input` and `output_bytes_max` of the command do not
    /// apply.
    static Result<Child> start(const Command& command);

    Child(Child&& other) noexcept;
    Child& operator=(Child&& other) noexcept;
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child();

    int pid() const { return pid_; }
    bool is_running();
    Result<void> write(std::string_view bytes) const;
    /// One line without its end; Timeout when none came in time, Unavailable when the program
    /// closed its output.
    Result<std::string> read_line(std::chrono::milliseconds timeout);
    /// SIGTERM, then SIGKILL after `grace`. Answers the exit code as in Outcome.
    int stop(std::chrono::milliseconds grace);

private:
    Child() = default;
    int pid_ = -1;
    int input_ = -1;
    int output_ = -1;
    std::optional<int> exit_code_;
    std::string buffered_;
};

}  // namespace hostelry::process
