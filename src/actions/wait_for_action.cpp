// WaitForAction: pauses until SendWorkflowStepAction answers; the engine does the waiting. Messages
// to a topic or a function are not offered: a step that asks for one fails, rather than wait for an
// answer that nobody was asked for.
#include <boost/json/object.hpp>

#include "actions/actions.h"

namespace goldsmith::actions {

namespace {

class WaitForAction final : public workflow::Action {
public:
    workflow::Advance advance(const workflow::StepContext& step) override {
        for (const char* input : {"snsTopicArn", "lambdaFunctionName"}) {
            if (step.inputs.contains(input)) {
                return workflow::Failed{std::string("the input '") + input +
                                            "' is not offered by this server yet; without it the "
                                            "step waits for send-workflow-step-action",
                                        {}};
            }
        }
        return workflow::Pending{std::chrono::milliseconds(0), true};
    }
};

}  // namespace

std::shared_ptr<workflow::Action> make_wait_for_action() {
    return std::make_shared<WaitForAction>();
}

}  // namespace goldsmith::actions
