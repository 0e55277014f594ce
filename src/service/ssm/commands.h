// SendCommand and what became of commands. The rows are the work: the command controller carries
// them out. Thread-safe.
#pragma once

#include "api/generated/ssm/commands.h"
#include "service/dependencies.h"

namespace goldsmith::service::ssm {

class CommandFamily final : public api::ssm::Commands {
public:
    explicit CommandFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::ssm::SendCommandResponse send_command(
        const api::CallContext& context, const api::ssm::SendCommandRequest& request) override;
    api::ssm::GetCommandInvocationResponse get_command_invocation(
        const api::CallContext& context,
        const api::ssm::GetCommandInvocationRequest& request) override;
    api::ssm::ListCommandsResponse list_commands(
        const api::CallContext& context, const api::ssm::ListCommandsRequest& request) override;
    api::ssm::ListCommandInvocationsResponse list_command_invocations(
        const api::CallContext& context,
        const api::ssm::ListCommandInvocationsRequest& request) override;
    api::ssm::CancelCommandResponse cancel_command(
        const api::CallContext& context, const api::ssm::CancelCommandRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::ssm
