// What a SendCommand request asks for, checked: its document's parameters and its instances.
#pragma once

#include <string>
#include <vector>

#include "api/context.h"
#include "api/generated/ssm/commands_types.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::ssm {

inline constexpr const char* shell_script_document = "AWS-RunShellScript";
inline constexpr const char* shell_script_plugin = "aws:runShellScript";
inline constexpr std::int64_t default_timeout_seconds = 3600;

/// The document's name without what its ARN has in front. Throws InvalidDocument for others than
/// AWS-RunShellScript.
std::string require_document(const std::string& name);

/// Throws InvalidParameters for parameters that the document lacks or that have another form, and
/// for outputs that cannot be written.
void check_parameters(const api::ssm::SendCommandRequest& request);

/// The ids of the running instances that are meant, in order, each once. Throws InvalidInstanceId,
/// DuplicateInstanceId, InvalidParameters.
std::vector<std::string> instances_of(db::Connection& connection, const api::CallContext& context,
                                      const api::ssm::SendCommandRequest& request);

}  // namespace goldsmith::service::ssm
