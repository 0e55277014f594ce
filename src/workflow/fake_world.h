// The world of the engine's tests: machines, images and copies that fake actions make and remove,
// so that a test can say what is left at the end. Behaves like the real one where it matters:
// everything is found again by its token, long actions answer Pending first, and a machine that is
// gone cannot be used. Thread-safe.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/guarded.h"
#include "workflow/action.h"

namespace goldsmith::workflow {

struct FakeWorldState {
    std::map<std::string, std::string> instances;  ///< id -> token of the launch; living ones
    std::set<std::string> gone;                    ///< ids of instances that were ended
    std::map<std::string, std::string> images;     ///< id -> token
    std::set<std::string> inventories;             ///< tokens
    std::set<std::string> copies;                  ///< tokens
    std::set<std::string> busy;        ///< tokens of steps that have answered Pending and not ended
    std::map<std::string, int> calls;  ///< "advance Launch" -> how often
};

struct FakeBehaviour {
    std::string fail_step;      ///< this step fails instead of completing
    std::string hang_step;      ///< this step answers Pending for ever
    bool twice = false;         ///< every call is made twice
    bool pending_first = true;  ///< long actions answer Pending the first time
    bool rollback_fails = false;
    bool cancel_hangs = false;
    std::chrono::milliseconds poll{1000};  ///< wake_after of every Pending
};

class FakeWorld {
public:
    /// Every action of the table, acting on this world, which must outlive the registry.
    ActionRegistry actions(FakeBehaviour behaviour = {});

    FakeWorldState snapshot() const { return *state_.lock(); }
    base::Guarded<FakeWorldState>& state() { return state_; }

    /// "instances: 0, images: 1, inventories: 1, copies: 1, busy: 0"
    std::string summary() const;

private:
    base::Guarded<FakeWorldState> state_;
};

}  // namespace goldsmith::workflow
