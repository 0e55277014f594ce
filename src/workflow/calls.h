// The calls of actions that are going on, and the mail in which their outcomes and notifications
// reach the loop. At most one call per step at any time, whatever becomes of its session. start(),
// stop() and take() belong to the loop's thread; notify() may come from any.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "workflow/action.h"
#include "workflow/decide.h"
#include "workflow/executor.h"

namespace goldsmith::workflow {

class Session;

struct Outcome {
    std::string execution;
    Effect effect;
    std::variant<Advance, Undo> result;
};

struct Mail {
    std::vector<Outcome> outcomes;
    std::set<std::string> notified;  ///< executions
};

class Calls {
public:
    Calls(const ActionRegistry& actions, Executor& executor);
    ~Calls();
    Calls(const Calls&) = delete;
    Calls& operator=(const Calls&) = delete;

    /// Null: the step has no call going on.
    const Effect* running(const std::string& step) const;
    bool any() const { return !flights_.empty(); }
    void start(const Session& session, const Effect& effect);
    void stop(const std::string& step);
    void stop_all();

    void notify(const std::string& execution);
    /// Everything that came since the last take().
    Mail take();
    bool has_mail() const;
    /// Waits until there is mail or the time is over.
    void wait_for_mail(std::chrono::milliseconds limit);

private:
    struct Flight {
        Effect effect;
        std::stop_source stop;
    };
    struct Box;  // outlives this object while calls are going on

    const ActionRegistry& actions_;
    Executor& executor_;
    std::map<std::string, Flight> flights_;
    std::shared_ptr<Box> box_;
};

}  // namespace goldsmith::workflow
