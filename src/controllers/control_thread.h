// ControlThread: takes the turns of controllers: when there is news, and every second as well. It
// works until destroyed, at most as long as one turn then.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.h"

namespace goldsmith::controllers {

class ControlThread {
public:
    /// `name` is the thread's, at most 15 characters. A turn that throws is logged and comes again.
    ControlThread(const char* name, std::vector<std::function<void()>> turns, base::Logger log);

    /// There is work, or there may be. Thread-safe.
    void wake();

private:
    void work(const std::stop_token& stop);

    std::vector<std::function<void()>> turns_;
    base::Logger log_;
    std::mutex mutex_;
    std::condition_variable_any news_;
    bool is_woken_ = false;
    std::jthread thread_;
};

}  // namespace goldsmith::controllers
