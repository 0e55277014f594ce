#include "service/due_work.h"

#include "base/error.h"
#include "db/database.h"
#include "service/imagebuilder/lifecycle_runs.h"
#include "service/imagebuilder/pipeline_runs.h"
#include "service/milliseconds.h"
#include "state/timers.h"

namespace goldsmith::service {

namespace {

constexpr int batch = 32;
constexpr std::chrono::minutes try_again_after{1};

void act(const Dependencies& dependencies, const state::Timer& timer, base::Time now) {
    if (timer.kind == state::pipeline_timer) {
        imagebuilder::run_scheduled(dependencies, timer, now);
    } else if (timer.kind == state::lifecycle_policy_timer) {
        imagebuilder::LifecycleRuns(dependencies).start(timer, now);
    } else if (timer.kind == state::lifecycle_execution_timer) {
        imagebuilder::LifecycleRuns(dependencies).carry_out(timer, now);
    } else {
        throw base::Error("a timer of the kind '" + timer.kind + "' is not known");
    }
}

}  // namespace

void DueWork::turn(base::Time now) {
    for (;;) {
        const auto timers = dependencies_.database.read([&](db::Connection& connection) {
            return state::due_timers(connection, to_ms(now), batch);
        });
        for (const state::Timer& timer : timers) {
            try {
                act(dependencies_, timer, now);
            } catch (const std::exception& error) {
                on_failure_(timer.subject, base::error_chain(error));
                state::Timer later = timer;
                later.due_ms = to_ms(now + try_again_after);
                dependencies_.database.write(
                    [&](db::Transaction& transaction) { state::set_timer(transaction, later); });
            }
        }
        if (timers.empty()) {
            return;
        }
    }
}

}  // namespace goldsmith::service
