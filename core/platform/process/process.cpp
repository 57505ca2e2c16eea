#include "core/platform/process/process.h"

#include "core/base/bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace hostelry::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kLineBytesMax = 1_MiB;
constexpr milliseconds kPollSlice{100};

class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor() { close(); }
    int get() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }
    int release() { return std::exchange(fd_, -1); }
    void close() {
        if (fd_ >= 0) {
            ::close(std::exchange(fd_, -1));
        }
    }

private:
    int fd_ = -1;
};

struct Pipe {
    Descriptor read;
    Descriptor write;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail(
            ErrorCode::Internal, "No pipe could be made.", std::generic_category().message(errno)
        );
    }
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> list;
    list.reserve(texts.size() + 1);
    for (const auto& text : texts) {
        // execve takes char* for historical reasons only.
        list.push_back(const_cast<char*>(text.c_str()));
    }
    list.push_back(nullptr);
    return list;
}

std::vector<std::string> environment_of(const Command& command) {
    auto variables = command.environment;
    variables.try_emplace("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    variables.try_emplace("LANG", "C.UTF-8");
    std::vector<std::string> texts;
    texts.reserve(variables.size());
    for (const auto& [name, value] : variables) {
        texts.push_back(fmt::format("{}={}", name, value));
    }
    return texts;
}

enum class DeathSignal { None, Kill };

/// Between fork and exec only async-signal-safe calls are allowed: everything is prepared by the
/// caller.
struct ChildSetup {
    int input;
    int output;
    int errors;
    const char* directory;
    const char* program;
    char* const* argv;
    char* const* environment;
    int report;
    pid_t parent;
    DeathSignal death_signal;
};

[[noreturn]] void become_child(const ChildSetup& setup) {
    ::setpgid(0, 0);
    if (setup.death_signal == DeathSignal::Kill) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != setup.parent) {
            ::_exit(127);
        }
    }
    sigset_t none;
    ::sigemptyset(&none);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the child has this one thread
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    static_cast<void>(::signal(SIGPIPE, SIG_DFL));
    const bool wired = ::dup2(setup.input, 0) == 0 && ::dup2(setup.output, 1) == 1 &&
                       (setup.errors < 0 || ::dup2(setup.errors, 2) == 2) &&
                       (setup.directory == nullptr || ::chdir(setup.directory) == 0);
    if (wired) {
        ::execve(setup.program, setup.argv, setup.environment);
    }
    const int reason = errno;
    [[maybe_unused]] const ssize_t told = ::write(setup.report, &reason, sizeof reason);
    ::_exit(127);
}

/// Forks and executes; answers the pid once exec succeeded, or why it did not.
Result<pid_t> spawn(
    const Command& command, int input, int output, int errors, DeathSignal death_signal
) {
    auto report = TRY(make_pipe());
    std::vector<std::string> words{command.program};
    words.insert(words.end(), command.argv.begin(), command.argv.end());
    const auto variables = environment_of(command);
    const auto argv = pointers(words);
    const auto environment = pointers(variables);
    const char* directory =
        command.working_directory.empty() ? nullptr : command.working_directory.c_str();
    const ChildSetup setup{
        input,
        output,
        errors,
        directory,
        command.program.c_str(),
        argv.data(),
        environment.data(),
        report.write.get(),
        ::getpid(),
        death_signal};
    const pid_t pid = ::fork();
    if (pid < 0) {
        return fail(
            ErrorCode::Unavailable,
            "No process could be started.",
            std::generic_category().message(errno)
        );
    }
    if (pid == 0) {
        become_child(setup);
    }
    report.write.close();
    int reason = 0;
    ssize_t got = 0;
    do {
        got = ::read(report.read.get(), &reason, sizeof reason);
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        ::waitpid(pid, nullptr, 0);
        return fail(
            ErrorCode::Internal,
            command.program + " could not be started: " + std::generic_category().message(reason) +
                "."
        );
    }
    return pid;
}

int exit_code_of(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int wait_for_end(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return exit_code_of(status);
}

void append_capped(std::string& to, std::string_view bytes, std::size_t max, bool& truncated) {
    const std::size_t room = max - std::min(max, to.size());
    truncated = truncated || bytes.size() > room;
    to.append(bytes.substr(0, room));
}

/// Moves bytes between a running program and an Outcome until both outputs are closed.
class Conversation {
public:
    Conversation(const Command& command, Descriptor input, Descriptor output, Descriptor errors)
        : command_(command),
          input_(std::move(input)),
          output_(std::move(output)),
          errors_(std::move(errors)) {
        for (const auto* end : {&input_, &output_, &errors_}) {
            ::fcntl(end->get(), F_SETFL, O_NONBLOCK);
        }
    }

    /// Nothing when the program closed its outputs; else why it must be killed.
    std::optional<ErrorCode> run(Outcome& outcome) {
        const auto deadline = steady_clock::now() + command_.timeout;
        while (output_.is_open() || errors_.is_open()) {
            if (command_.cancelled && command_.cancelled()) {
                return ErrorCode::Cancelled;
            }
            const auto left =
                std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
            if (left <= milliseconds::zero()) {
                return ErrorCode::Timeout;
            }
            turn(outcome, std::min(left, kPollSlice));
        }
        finish_line();
        return std::nullopt;
    }

private:
    void turn(Outcome& outcome, milliseconds wait) {
        if (written_ == command_.input.size()) {
            input_.close();
        }
        std::array<pollfd, 3> ends{
            pollfd{input_.get(), POLLOUT, 0},
            pollfd{output_.get(), POLLIN, 0},
            pollfd{errors_.get(), POLLIN, 0}};
        ::poll(ends.data(), ends.size(), static_cast<int>(wait.count()));
        if (ends[0].revents != 0) {
            feed();
        }
        if (ends[1].revents != 0) {
            drain(output_, [&](std::string_view bytes) { take_output(outcome, bytes); });
        }
        if (ends[2].revents != 0) {
            drain(errors_, [&](std::string_view bytes) {
                append_capped(outcome.errors, bytes, command_.output_bytes_max, outcome.truncated);
            });
        }
    }

    void feed() {
        const std::string_view rest = std::string_view(command_.input).substr(written_);
        const ssize_t put = ::write(input_.get(), rest.data(), rest.size());
        if (put >= 0) {
            written_ += static_cast<std::size_t>(put);
        } else if (errno != EAGAIN && errno != EINTR) {
            written_ = command_.input.size();  // The program does not read on; that is its choice.
        }
    }

    template <class Function>
    static void drain(Descriptor& from, Function&& take) {
        std::array<char, 16384> buffer{};
        const ssize_t got = ::read(from.get(), buffer.data(), buffer.size());
        if (got > 0) {
            take(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            from.close();
        }
    }

    void take_output(Outcome& outcome, std::string_view bytes) {
        append_capped(outcome.output, bytes, command_.output_bytes_max, outcome.truncated);
        if (!command_.on_line) {
            return;
        }
        for (const char c : bytes) {
            if (c == '\n') {
                command_.on_line(line_);
                line_.clear();
            } else if (line_.size() < kLineBytesMax) {
                line_.push_back(c);
            }
        }
    }

    void finish_line() {
        if (command_.on_line && !line_.empty()) {
            command_.on_line(line_);
        }
    }

    const Command& command_;
    Descriptor input_;
    Descriptor output_;
    Descriptor errors_;
    std::size_t written_ = 0;
    std::string line_;
};

Error why_killed(ErrorCode code, const Command& command) {
    Error error;
    error.code = code;
    error.message = code == ErrorCode::Cancelled ? command.program + " was stopped on request."
                                                 : command.program + " did not finish in time.";
    error.maybe_applied = true;
    return error;
}

}  // namespace

Result<Outcome> run(const Command& command) {
    auto input = TRY(make_pipe());
    auto output = TRY(make_pipe());
    auto errors = TRY(make_pipe());
    const pid_t pid = TRY(
        spawn(command, input.read.get(), output.write.get(), errors.write.get(), DeathSignal::None)
    );
    input.read.close();
    output.write.close();
    errors.write.close();
    Outcome outcome;
    Conversation conversation(
        command, std::move(input.write), std::move(output.read), std::move(errors.read)
    );
    if (const auto reason = conversation.run(outcome)) {
        ::kill(-pid, SIGKILL);
        wait_for_end(pid);
        return tl::unexpected(why_killed(*reason, command));
    }
    outcome.exit_code = wait_for_end(pid);
    return outcome;
}

Result<Child> Child::start(const Command& command) {
    auto input = TRY(make_pipe());
    auto output = TRY(make_pipe());
    Child child;
    child.pid_ = TRY(spawn(command, input.read.get(), output.write.get(), -1, DeathSignal::Kill));
    child.input_ = input.write.release();
    child.output_ = output.read.release();
    return child;
}

Child::Child(Child&& other) noexcept {
    *this = std::move(other);
}

Child& Child::operator=(Child&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(input_, other.input_);
    std::swap(output_, other.output_);
    std::swap(exit_code_, other.exit_code_);
    std::swap(buffered_, other.buffered_);
    return *this;
}

Child::~Child() {
    if (pid_ > 0 && !exit_code_) {
        ::kill(-pid_, SIGKILL);
        wait_for_end(pid_);
    }
    for (const int fd : {input_, output_}) {
        if (fd >= 0) {
            ::close(fd);
        }
    }
}

bool Child::is_running() {
    if (exit_code_ || pid_ < 0) {
        return false;
    }
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
        exit_code_ = exit_code_of(status);
    }
    return !exit_code_;
}

Result<void> Child::write(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t put = ::write(input_, bytes.data(), bytes.size());
        if (put >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(put));
        } else if (errno != EINTR) {
            return fail(
                ErrorCode::Unavailable,
                "A helper program stopped listening.",
                std::generic_category().message(errno)
            );
        }
    }
    return {};
}

Result<std::string> Child::read_line(milliseconds timeout) {
    const auto deadline = steady_clock::now() + timeout;
    for (;;) {
        if (const auto end = buffered_.find('\n'); end != std::string::npos) {
            std::string line = buffered_.substr(0, end);
            buffered_.erase(0, end + 1);
            return line;
        }
        const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
        pollfd end{output_, POLLIN, 0};
        if (left <= milliseconds::zero() || ::poll(&end, 1, static_cast<int>(left.count())) == 0) {
            return fail(ErrorCode::Timeout, "A helper program did not answer in time.");
        }
        std::array<char, 16384> buffer{};
        const ssize_t got = ::read(output_, buffer.data(), buffer.size());
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN) ||
            buffered_.size() > kLineBytesMax) {
            return fail(ErrorCode::Unavailable, "A helper program ended unexpectedly.");
        }
        buffered_.append(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    }
}

int Child::stop(milliseconds grace) {
    const auto deadline = steady_clock::now() + grace;
    ::kill(pid_, SIGTERM);
    while (is_running() && steady_clock::now() < deadline) {
        ::poll(nullptr, 0, 10);
    }
    if (is_running()) {
        ::kill(-pid_, SIGKILL);
        exit_code_ = wait_for_end(pid_);
    }
    return exit_code_.value_or(0);
}

}  // namespace hostelry::process
