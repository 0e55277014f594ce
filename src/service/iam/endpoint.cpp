#include "api/generated/iam/dispatch.h"
#include "service/endpoints.h"
#include "service/iam/access_keys.h"
#include "service/iam/account.h"
#include "service/iam/attached_policies.h"
#include "service/iam/groups.h"
#include "service/iam/inline_policies.h"
#include "service/iam/instance_profiles.h"
#include "service/iam/managed_policies.h"
#include "service/iam/roles.h"
#include "service/iam/simulation.h"
#include "service/iam/users.h"
#include "service/owning_endpoint.h"

namespace goldsmith::service {

namespace {

struct Owned {
    explicit Owned(const Dependencies& given) : dependencies(given) {}

    Dependencies dependencies;
    iam::UserFamily users{dependencies};
    iam::AccessKeyFamily access_keys{dependencies};
    iam::GroupFamily groups{dependencies};
    iam::RoleFamily roles{dependencies};
    iam::InlinePolicyFamily inline_policies{dependencies};
    iam::AttachedPolicyFamily attached_policies{dependencies};
    iam::ManagedPolicyFamily managed_policies{dependencies};
    iam::InstanceProfileFamily instance_profiles{dependencies};
    iam::AccountFamily account{dependencies};
    iam::SimulationFamily simulation{dependencies};
};

}  // namespace

std::unique_ptr<api::Endpoint> make_iam_endpoint(const Dependencies& dependencies) {
    return std::make_unique<OwningEndpoint<Owned>>(
        std::make_unique<Owned>(dependencies), [](Owned& owned) {
            return api::iam::make_endpoint({.users = &owned.users,
                                            .access_keys = &owned.access_keys,
                                            .groups = &owned.groups,
                                            .roles = &owned.roles,
                                            .inline_policies = &owned.inline_policies,
                                            .attached_policies = &owned.attached_policies,
                                            .managed_policies = &owned.managed_policies,
                                            .instance_profiles = &owned.instance_profiles,
                                            .account = &owned.account,
                                            .simulation = &owned.simulation});
        });
}

}  // namespace goldsmith::service
