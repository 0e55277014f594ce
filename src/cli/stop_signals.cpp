#include "cli/stop_signals.h"

#include <signal.h>
#include <time.h>

namespace goldsmith::cli {

StopSignals::StopSignals() {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGINT);
    ::sigaddset(&signals, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    thread_ = std::jthread([this, signals](std::stop_token done) {
        constexpr timespec step{0, 200'000'000};
        while (!done.stop_requested()) {
            if (::sigtimedwait(&signals, nullptr, &step) > 0) {
                source_.request_stop();
            }
        }
    });
}

StopSignals::~StopSignals() = default;

}  // namespace goldsmith::cli
