#include "daemon/scheduler.h"

#include <sys/prctl.h>

#include <condition_variable>
#include <mutex>

#include "base/error.h"
#include "service/due_work.h"
#include "service/logs/retention.h"

namespace goldsmith::daemon {

namespace {

constexpr std::chrono::seconds look_every{1};
constexpr std::chrono::minutes sweep_logs_every{10};

void sweep_logs(const service::Dependencies& dependencies, base::Time now,
                const base::Logger& log) {
    const std::size_t deleted =
        service::logs::delete_expired_logs(dependencies.logs_directory, now);
    if (deleted > 0) {
        log.info("deleted expired log streams", {{"streams", std::to_string(deleted)}});
    }
}

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
          base::Time logs_swept{};
          do {
              try {
                  work.turn(clock.now());
                  also(clock.now());
                  if (clock.now() - logs_swept >= sweep_logs_every) {
                      logs_swept = clock.now();
                      sweep_logs(dependencies, logs_swept, log);
                  }
              } catch (...) {
                  log.error("the scheduler failed", {{"error", base::current_error_chain()}});
              }
          } while (wait(stop));
      }) {}

}  // namespace goldsmith::daemon
