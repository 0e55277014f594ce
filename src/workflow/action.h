// What a step action is to the engine. One implementation per action, in src/actions.
//
// The contract that every action keeps:
//  * Re-entrant: advance() is called again and again until it says Completed or Failed, by any
//    daemon, after any crash, always with the same token, never twice at once for one step. The
//    action keeps nothing in memory between calls that it cannot find again by the token.
//  * Idempotent: what one call started, the next finds by the token and does not start twice.
//  * Short: a call that would block for longer than about a second returns Pending and is called
//    again; longer work (copying an image) looks at `stop` often and then returns Pending.
//  * cancel() and roll_back() may come without any advance() before them, and repeatedly.
// Calls come from the loop's worker threads, for different steps at once.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "documents/workflow_document.h"

namespace goldsmith::workflow {

struct Plan;

/// Why cancel() or roll_back() is called. LaunchInstance keeps a failed machine when
/// terminateInstanceOnFailure is false, but not one whose build was finished or cancelled.
enum class UndoCause { none, failure, timeout, cancellation, build_finished };

struct StepContext {
    const Plan& plan;
    std::size_t workflow_index = 0;  ///< in plan.workflows
    documents::WorkflowType workflow_type = documents::WorkflowType::build;
    std::string workflow_execution_id;  ///< wf-<uuid>
    std::string step_execution_id;      ///< step-<uuid>
    std::string token;  ///< the same on every call for this step; unique among all steps
    std::string step_name;
    std::string action;
    boost::json::object inputs;   ///< resolved
    boost::json::object outputs;  ///< roll_back() only: what the step had put out, if it had
    /// imageId of the last CreateImage or RegisterImage of this build, empty before there is one.
    std::string output_image_id;
    base::Time started_at;
    base::Time deadline;
    UndoCause cause = UndoCause::none;  ///< cancel() and roll_back() only
    std::stop_token stop;  ///< asks the call to return soon: shutdown, cancellation, time-out
};

struct Completed {
    boost::json::object outputs;
};

struct Failed {
    std::string message;  ///< for people: what failed, where, what to do
    boost::json::object outputs;
};

/// Not finished: call again after this time, or earlier when Loop::notify() is called.
struct Pending {
    std::chrono::milliseconds wake_after{1000};
    /// WaitForAction: the step now waits for SendWorkflowStepAction or its deadline. The engine
    /// takes over; advance() is not called again.
    bool waits_for_answer = false;
};

struct RolledBack {};

using Advance = std::variant<Completed, Failed, Pending>;
using Undo = std::variant<RolledBack, Failed, Pending>;

class Action {
public:
    virtual ~Action() = default;

    /// An exception counts as Failed with its message.
    virtual Advance advance(const StepContext& step) = 0;

    /// Removes what the step made. Called only for actions whose table entry says so
    /// (LaunchInstance, CollectImageMetadata). RolledBack also when there is nothing (left) to
    /// remove.
    virtual Undo roll_back(const StepContext& step);

    /// Stops what advance() has going, keeping what is finished. RolledBack = nothing runs any
    /// more. The default: nothing to stop.
    virtual Undo cancel(const StepContext& step);
};

/// Name of an action in documents -> its implementation. Built once, then only read.
class ActionRegistry {
public:
    /// Throws base::Error if the name is not one of documents::workflow_actions() or is taken.
    void add(std::string_view name, std::shared_ptr<Action> action);
    /// nullptr: not implemented here; the step then fails saying so.
    Action* find(std::string_view name) const;

private:
    std::map<std::string, std::shared_ptr<Action>, std::less<>> actions_;
};

}  // namespace goldsmith::workflow
