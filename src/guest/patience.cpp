#include "guest/patience.h"

#include <poll.h>

#include <algorithm>

#include "guest/modules/module.h"

namespace goldsmith::guest {

using std::chrono::steady_clock;

void Patience::check() const {
    if (stop.requested()) {
        throw RunStopped();
    }
    if (deadline && steady_clock::now() >= *deadline) {
        throw StepTimedOut("the step ran out of time");
    }
}

void Patience::sleep(std::chrono::milliseconds duration) const {
    wait_for(-1, 0, steady_clock::now() + duration);
}

short Patience::wait_for(int fd, short events, steady_clock::time_point until) const {
    for (;;) {
        check();
        const auto wake = deadline ? std::min(until, *deadline) : until;
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(wake - steady_clock::now()).count();
        if (left <= 0 && wake == until) {
            return 0;
        }
        pollfd entries[] = {{fd, events, 0}, {stop.wake_fd(), POLLIN, 0}};
        ::poll(entries, 2, static_cast<int>(std::clamp<long long>(left, 0, 60'000)));
        if (entries[0].revents != 0) {
            check();
            return entries[0].revents;
        }
    }
}

}  // namespace goldsmith::guest
