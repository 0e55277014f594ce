#include "documents/workflow_actions.h"

#include <algorithm>
#include <array>

namespace goldsmith::documents {

namespace {

using namespace std::chrono_literals;
using Inputs = std::span<const ActionInput>;
using Outputs = std::span<const std::string_view>;

constexpr bool required = true;

constexpr std::array<std::string_view, 1> wait_for{"ssmAgent"};
constexpr std::array<std::string_view, 2> health_checks{"STATUS_CHECK_PASSED", "RUNNING"};
constexpr std::array<std::string_view, 5> architectures{"i386", "x86_64", "arm64", "x86_64_mac",
                                                        "arm64_mac"};
constexpr std::array<std::string_view, 2> virtualization_types{"hvm", "paravirtual"};
constexpr std::array<std::string_view, 1> version_two{"v2.0"};

constexpr std::array instance{ActionInput{"instanceId", InputKind::string, required}};
constexpr std::array apply_configurations{
    ActionInput{"distributedImages", InputKind::list, required},
    ActionInput{"configurations", InputKind::list}};
constexpr std::array modify_attributes{ActionInput{"distributedImages", InputKind::list, required},
                                       ActionInput{"attributes", InputKind::list}};
constexpr std::array distribute{ActionInput{"distributions", InputKind::list}};
constexpr std::array state_machine{ActionInput{"stateMachineArn", InputKind::string, required},
                                   ActionInput{"input", InputKind::json_text}};
constexpr std::array launch{ActionInput{"waitFor", InputKind::string, required, wait_for},
                            ActionInput{"imageIdOverride", InputKind::string},
                            ActionInput{"instanceTypesOverride", InputKind::string_list},
                            ActionInput{"healthCheck", InputKind::string, false, health_checks}};
constexpr std::array register_image{
    ActionInput{"architecture", InputKind::string, false, architectures},
    ActionInput{"blockDeviceMapping", InputKind::list},
    ActionInput{"bootMode", InputKind::string},
    ActionInput{"description", InputKind::string},
    ActionInput{"enaSupport", InputKind::boolean},
    ActionInput{"imageLocation", InputKind::string},
    ActionInput{"imdsSupport", InputKind::string, false, version_two},
    ActionInput{"includeSnapshotTags", InputKind::boolean},
    ActionInput{"kernelId", InputKind::string},
    ActionInput{"ramdiskId", InputKind::string},
    ActionInput{"rootDeviceName", InputKind::string},
    ActionInput{"sriovNetSupport", InputKind::string},
    ActionInput{"tpmSupport", InputKind::string, false, version_two},
    ActionInput{"uefiData", InputKind::string},
    ActionInput{"virtualizationType", InputKind::string, false, virtualization_types}};
constexpr std::array run_command{ActionInput{"instanceId", InputKind::string, required},
                                 ActionInput{"documentName", InputKind::string, required},
                                 ActionInput{"parameters", InputKind::object},
                                 ActionInput{"documentVersion", InputKind::string}};
constexpr std::array terminate{ActionInput{"instanceId", InputKind::string, required},
                               ActionInput{"waitForTermination", InputKind::boolean}};
constexpr std::array wait_for_action{ActionInput{"snsTopicArn", InputKind::string},
                                     ActionInput{"lambdaFunctionName", InputKind::string},
                                     ActionInput{"payload", InputKind::json_text}};

using Names = std::string_view;
constexpr std::array<Names, 3> command_outputs{"runCommandId", "status", "output"};
constexpr std::array<Names, 1> configured_images{"configuredImages"};
constexpr std::array<Names, 2> metadata_outputs{"osVersion", "associationId"};
constexpr std::array<Names, 1> image_id{"imageId"};
constexpr std::array<Names, 3> iso_outputs{"amiName", "snapshotId", "architecture"};
constexpr std::array<Names, 3> container_outputs{"status", "succeededRegions", "failedRegions"};
constexpr std::array<Names, 1> distributed_images{"distributedImages"};
constexpr std::array<Names, 2> state_machine_outputs{"executionArn", "output"};
constexpr std::array<Names, 2> launch_outputs{"instanceId", "instanceType"};
constexpr std::array<Names, 1> modified_images{"modifiedImages"};
constexpr std::array<Names, 2> answer_outputs{"action", "reason"};
constexpr std::array<Names, 1> agent_outputs{"status"};

constexpr bool b = true, t = true, d = true;  // build, test, distribution
constexpr bool no = false;
constexpr bool rolls_back = true, stays = false;

// Sorted by name.
constexpr std::array table{
    WorkflowAction{"ApplyImageConfigurations", no, no, d, 360min, 720min, stays,
                   Inputs(apply_configurations), Outputs(configured_images)},
    WorkflowAction{"BootstrapInstanceForContainer", b, t, d, 60min, 720min, stays, Inputs(instance),
                   Outputs(command_outputs)},
    WorkflowAction{"CollectImageMetadata", b, t, d, 30min, 720min, rolls_back, Inputs(instance),
                   Outputs(metadata_outputs)},
    WorkflowAction{"CollectImageScanFindings", no, t, no, 120min, 720min, stays, Inputs(instance),
                   Outputs(command_outputs)},
    WorkflowAction{"CreateImage", b, t, d, 720min, 72h, stays, Inputs(instance), Outputs(image_id)},
    WorkflowAction{"CreateImageFromIso", b, no, no, 720min, 720min, stays, Inputs(instance),
                   Outputs(iso_outputs)},
    WorkflowAction{"DistributeContainerImage", no, no, d, 120min, 720min, stays, Inputs(instance),
                   Outputs(container_outputs)},
    WorkflowAction{"DistributeImage", no, no, d, 360min, 720min, stays, Inputs(distribute),
                   Outputs(distributed_images)},
    WorkflowAction{"ExecuteComponents", b, t, no, 720min, 24h, stays, Inputs(instance),
                   Outputs(command_outputs)},
    WorkflowAction{"ExecuteStateMachine", b, t, d, 6h, 24h, stays, Inputs(state_machine),
                   Outputs(state_machine_outputs)},
    WorkflowAction{"LaunchInstance", b, t, d, 75min, 720min, rolls_back, Inputs(launch),
                   Outputs(launch_outputs)},
    WorkflowAction{"ModifyImageAttributes", no, no, d, 120min, 180min, stays,
                   Inputs(modify_attributes), Outputs(modified_images)},
    WorkflowAction{"RegisterImage", b, t, d, 540min, 720min, stays, Inputs(register_image),
                   Outputs(image_id)},
    WorkflowAction{"RunCommand", b, t, d, 720min, 720min, stays, Inputs(run_command),
                   Outputs(command_outputs)},
    WorkflowAction{"RunSysPrep", b, t, d, 60min, 720min, stays, Inputs(instance),
                   Outputs(command_outputs)},
    WorkflowAction{"SanitizeInstance", b, t, d, 60min, 720min, stays, Inputs(instance),
                   Outputs(command_outputs)},
    WorkflowAction{"TerminateInstance", b, t, d, 30min, 720min, stays, Inputs(terminate),
                   Outputs()},
    WorkflowAction{"WaitForAction", b, t, d, 72h, 168h, stays, Inputs(wait_for_action),
                   Outputs(answer_outputs)},
    WorkflowAction{"WaitForSSMAgent", b, t, d, 60min, 180min, stays, Inputs(instance),
                   Outputs(agent_outputs)},
};

}  // namespace

bool WorkflowAction::allowed_in(WorkflowType type) const {
    switch (type) {
        case WorkflowType::build:
            return in_build;
        case WorkflowType::test:
            return in_test;
        case WorkflowType::distribution:
            return in_distribution;
    }
    return false;
}

const ActionInput* WorkflowAction::input(std::string_view input_name) const {
    const auto found = std::ranges::find(inputs, input_name, &ActionInput::name);
    return found == inputs.end() ? nullptr : &*found;
}

bool WorkflowAction::has_output(std::string_view output_name) const {
    return std::ranges::find(outputs, output_name) != outputs.end();
}

std::span<const WorkflowAction> workflow_actions() {
    return table;
}

const WorkflowAction* find_workflow_action(std::string_view name) {
    const auto found = std::ranges::lower_bound(table, name, {}, &WorkflowAction::name);
    return found != table.end() && found->name == name ? &*found : nullptr;
}

}  // namespace goldsmith::documents
