// SimulateCustomPolicy and SimulatePrincipalPolicy: what policies would decide. Thread-safe.
#pragma once

#include "api/generated/iam/simulation.h"
#include "service/iam/entities.h"

namespace goldsmith::service::iam {

class SimulationFamily final : public api::iam::Simulation {
public:
    explicit SimulationFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::iam::SimulateCustomPolicyResponse simulate_custom_policy(
        const api::CallContext& context,
        const api::iam::SimulateCustomPolicyRequest& request) override;
    api::iam::SimulatePrincipalPolicyResponse simulate_principal_policy(
        const api::CallContext& context,
        const api::iam::SimulatePrincipalPolicyRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::iam
