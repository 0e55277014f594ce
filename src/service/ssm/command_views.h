// Commands and invocations as answers show them, put together from their rows. Pure.
#pragma once

#include <string>
#include <vector>

#include "api/generated/ssm/commands_types.h"
#include "state/commands.h"

namespace goldsmith::service::ssm {

/// The request as it is kept with the command.
api::ssm::Command kept_command(const state::CommandRow& row);
/// What all the invocations together make of a command's status.
api::ssm::Command command_view(const state::CommandRow& row,
                               const std::vector<state::InvocationRow>& invocations);
api::ssm::CommandInvocation invocation_view(const state::CommandRow& command,
                                            const state::InvocationRow& invocation,
                                            bool with_details);
api::ssm::GetCommandInvocationResponse invocation_answer(const state::CommandRow& command,
                                                         const state::InvocationRow& invocation);

}  // namespace goldsmith::service::ssm
