// Parameters: put, read by name, version, label and path, labelled, deleted. Values of
// SecureStrings are sealed with the server's key before they are stored. Thread-safe.
#pragma once

#include "api/generated/ssm/parameters.h"
#include "service/dependencies.h"
#include "service/ssm/parameter_names.h"
#include "state/parameters.h"

namespace goldsmith::base {
class Sealer;
}
namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::ssm {

std::string parameter_arn(const api::CallContext& context, const std::string& name);

class ParameterFamily final : public api::ssm::Parameters {
public:
    /// The sealer must outlive the object.
    ParameterFamily(const Dependencies& dependencies, const base::Sealer& sealer)
        : dependencies_(dependencies), sealer_(sealer) {}

    api::ssm::PutParameterResponse put_parameter(
        const api::CallContext& context, const api::ssm::PutParameterRequest& request) override;
    api::ssm::GetParameterResponse get_parameter(
        const api::CallContext& context, const api::ssm::GetParameterRequest& request) override;
    api::ssm::GetParametersResponse get_parameters(
        const api::CallContext& context, const api::ssm::GetParametersRequest& request) override;
    api::ssm::GetParametersByPathResponse get_parameters_by_path(
        const api::CallContext& context,
        const api::ssm::GetParametersByPathRequest& request) override;
    api::ssm::DescribeParametersResponse describe_parameters(
        const api::CallContext& context,
        const api::ssm::DescribeParametersRequest& request) override;
    api::ssm::DeleteParameterResponse delete_parameter(
        const api::CallContext& context, const api::ssm::DeleteParameterRequest& request) override;
    api::ssm::DeleteParametersResponse delete_parameters(
        const api::CallContext& context, const api::ssm::DeleteParametersRequest& request) override;
    api::ssm::GetParameterHistoryResponse get_parameter_history(
        const api::CallContext& context,
        const api::ssm::GetParameterHistoryRequest& request) override;
    api::ssm::LabelParameterVersionResponse label_parameter_version(
        const api::CallContext& context,
        const api::ssm::LabelParameterVersionRequest& request) override;
    api::ssm::UnlabelParameterVersionResponse unlabel_parameter_version(
        const api::CallContext& context,
        const api::ssm::UnlabelParameterVersionRequest& request) override;

private:
    struct Found {
        state::ParameterRow row;
        state::ParameterVersionRow version;
    };
    /// Throws ParameterNotFound and ParameterVersionNotFound.
    Found find(db::Connection& connection, const api::CallContext& context,
               const ParameterReference& reference) const;
    std::string shown_value(const Found& found, bool decrypt) const;
    api::ssm::Parameter view(const api::CallContext& context, const Found& found, bool decrypt,
                             const std::string& selector = {}) const;
    api::ssm::ParameterMetadata metadata(const api::CallContext& context, const Found& found) const;

    const Dependencies& dependencies_;
    const base::Sealer& sealer_;
};

}  // namespace goldsmith::service::ssm
