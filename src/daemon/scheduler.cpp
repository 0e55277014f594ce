#include "daemon/scheduler.h"

#include <sys/prctl.h>

#include <condition_variable>
#include <mutex>

#include "base/error.h"
#include "service/due_work.h"

namespace goldsmith::daemon {

namespace {

constexpr std::chrono::seconds look_every{1};

/// False: the wait was ended because the thread is to stop.
bool wait(std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    woken.wait_for(lock, stop, look_every, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace

Scheduler::Scheduler(const service::Dependencies& dependencies, const base::Clock& clock,
                     base::Logger log, std::function<void(base::Time)> also)
    : thread_([dependencies, &clock, log, also = std::move(also)](std::stop_token stop) mutable {
          ::prctl(PR_SET_NAME, "scheduler");
          service::DueWork work(
              dependencies, [&](const std::string& subject, const std::string& why) {
                  log.error("scheduled work failed", {{"subject", subject}, {"error", why}});
              });
          do {
              try {
                  work.turn(clock.now());
                  also(clock.now());
              } catch (...) {
                  log.error("the scheduler failed", {{"error", base::current_error_chain()}});
              }
          } while (wait(stop));
      }) {}

}  // namespace goldsmith::daemon
