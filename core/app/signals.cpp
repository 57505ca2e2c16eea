#include "core/app/signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

namespace hostelry::app {
namespace {

constexpr int kEndedBySecondSignal = 130;

sigset_t stop_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGTERM);
    ::sigaddset(&set, SIGINT);
    return set;
}

}  // namespace

void ignore_broken_pipes() {
    static_cast<void>(::signal(SIGPIPE, SIG_IGN));
}

void block_stop_signals() {
    const sigset_t set = stop_signals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void wait_for_stop_signal() {
    const sigset_t set = stop_signals();
    int signal = 0;
    ::sigwait(&set, &signal);
    std::thread([set] {
        int second = 0;
        ::sigwait(&set, &second);
        ::_exit(kEndedBySecondSignal);
    }).detach();
}

}  // namespace hostelry::app
