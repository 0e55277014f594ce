#include "actions/instance_command.h"

#include <boost/json.hpp>

namespace goldsmith::actions {

using workflow::Advance;
using workflow::Failed;

Advance InstanceCommand::advance(const workflow::StepContext& step) {
    const Runs runs(world_, step);
    const auto instance = runs.instance();
    if (const auto* failed = std::get_if<Failed>(&instance)) {
        return *failed;
    }
    const auto& launched = std::get<LaunchedInstance>(instance);
    api::runner::Command request = command(step);
    const auto left =
        std::chrono::duration_cast<std::chrono::seconds>(step.deadline - step.started_at);
    request.timeout_seconds = static_cast<std::int32_t>(std::max<long long>(left.count(), 1));
    return runs.command(launched, std::move(request),
                        [&](const auto& result) { return succeeded(step, launched, result); });
}

Advance InstanceCommand::succeeded(const workflow::StepContext& step, const LaunchedInstance&,
                                   const api::runner::CommandResult&) {
    return workflow::Completed{
        {{"runCommandId", step.token}, {"status", "Success"}, {"output", boost::json::array{}}}};
}

}  // namespace goldsmith::actions
