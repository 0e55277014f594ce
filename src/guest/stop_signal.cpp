#include "guest/stop_signal.h"

#include <unistd.h>

namespace goldsmith::guest {

void StopSignal::request() noexcept {
    if (!requested_.exchange(true)) {
        [[maybe_unused]] const ssize_t put = ::write(pipe_.write_end.get(), "x", 1);
    }
}

}  // namespace goldsmith::guest
