#include "db/retry.h"

#include <algorithm>
#include <thread>

namespace goldsmith::db {

bool BusyWait::wait() {
    if (waited_ + next_ > policy_.deadline) {
        return false;
    }
    if (policy_.sleep) {
        policy_.sleep(next_);
    } else {
        std::this_thread::sleep_for(next_);
    }
    waited_ += next_;
    next_ = std::min(next_ * 2, policy_.longest_wait);
    return true;
}

}  // namespace goldsmith::db
