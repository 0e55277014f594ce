#include "workflow/action.h"

#include "base/error.h"
#include "documents/workflow_actions.h"

namespace goldsmith::workflow {

Undo Action::roll_back(const StepContext&) {
    return RolledBack{};
}

Undo Action::cancel(const StepContext&) {
    return RolledBack{};
}

void ActionRegistry::add(std::string_view name, std::shared_ptr<Action> action) {
    if (documents::find_workflow_action(name) == nullptr) {
        throw base::Error("there is no workflow action " + std::string(name));
    }
    if (!actions_.emplace(name, std::move(action)).second) {
        throw base::Error("the workflow action " + std::string(name) + " is registered twice");
    }
}

Action* ActionRegistry::find(std::string_view name) const {
    const auto found = actions_.find(name);
    return found == actions_.end() ? nullptr : found->second.get();
}

}  // namespace goldsmith::workflow
