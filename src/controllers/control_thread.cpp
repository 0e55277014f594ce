#include "controllers/control_thread.h"

#include <sys/prctl.h>

#include <chrono>

#include "base/error.h"

namespace goldsmith::controllers {

namespace {

constexpr std::chrono::seconds look_every{1};
/// News come in bursts.
constexpr std::chrono::milliseconds between_turns{20};

}  // namespace

ControlThread::ControlThread(const char* name, std::vector<std::function<void()>> turns,
                             base::Logger log)
    : turns_(std::move(turns)), log_(std::move(log)), thread_([this, name](std::stop_token stop) {
          ::prctl(PR_SET_NAME, name);
          work(stop);
      }) {}

void ControlThread::wake() {
    const std::lock_guard lock(mutex_);
    is_woken_ = true;
    news_.notify_all();
}

void ControlThread::work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        for (const auto& turn : turns_) {
            try {
                turn();
            } catch (...) {
                log_.error("a controller failed", {{"error", base::current_error_chain()}});
            }
        }
        std::unique_lock lock(mutex_);
        news_.wait_for(lock, stop, between_turns, [] { return false; });
        news_.wait_for(lock, stop, look_every, [&] { return is_woken_; });
        is_woken_ = false;
    }
}

}  // namespace goldsmith::controllers
