// ExecuteComponents: the recipe's components on the instance. Phases build and validate in a BUILD
// workflow; test, of every component, in a TEST workflow.
#include "actions/actions.h"
#include "actions/build_settings.h"
#include "actions/instance_command.h"

namespace goldsmith::actions {

namespace {

class ExecuteComponents final : public InstanceCommand {
public:
    using InstanceCommand::InstanceCommand;

private:
    api::runner::Command command(const workflow::StepContext& step) override {
        api::runner::ExecuteDocuments execute;
        execute.phases = step.workflow_type == documents::WorkflowType::test
                             ? std::vector<std::string>{"test"}
                             : std::vector<std::string>{"build", "validate"};
        const BuildSettings settings = build_settings(step.plan);
        for (const PlannedComponent& component : settings.components) {
            api::runner::Document document;
            document.arn = component.arn;
            document.name = component.name;
            document.text = component.data;
            if (!component.parameters.empty()) {
                document.parameters.emplace();
                for (const auto& [name, value] : component.parameters) {
                    (*document.parameters)[name] = {value};
                }
            }
            execute.documents.push_back(std::move(document));
        }
        if (!settings.nested_components.empty()) {
            execute.nested.emplace();
            for (const NestedComponent& nested : settings.nested_components) {
                execute.nested->push_back({nested.arn, nested.resolved_arn, nested.data});
            }
        }
        api::runner::Command command;
        command.kind = api::runner::CommandKind::execute_documents;
        command.execute_documents = std::move(execute);
        return command;
    }
};

}  // namespace

std::shared_ptr<workflow::Action> make_execute_components(World& world) {
    return std::make_shared<ExecuteComponents>(world);
}

}  // namespace goldsmith::actions
