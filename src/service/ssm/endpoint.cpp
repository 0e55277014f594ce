#include <boost/json.hpp>

#include "api/generated/ssm/dispatch.h"
#include "service/endpoints.h"
#include "service/owning_endpoint.h"
#include "service/ssm/commands.h"
#include "service/ssm/managed_instances.h"
#include "service/ssm/parameter_tags.h"
#include "service/ssm/parameters.h"

namespace goldsmith::service {

namespace {

struct Owned {
    Owned(const Dependencies& given, const base::Sealer& sealer)
        : dependencies(given), parameters(dependencies, sealer), parameter_tags(dependencies) {}

    Dependencies dependencies;
    ssm::CommandFamily commands{dependencies};
    ssm::ManagedInstanceFamily managed_instances{dependencies};
    ssm::ParameterFamily parameters;
    ssm::ParameterTagFamily parameter_tags;
};

}  // namespace

std::unique_ptr<api::Endpoint> make_ssm_endpoint(const Dependencies& dependencies,
                                                 const base::Sealer& sealer) {
    return std::make_unique<OwningEndpoint<Owned>>(
        std::make_unique<Owned>(dependencies, sealer), [](Owned& owned) {
            return api::ssm::make_endpoint({.commands = &owned.commands,
                                            .managed_instances = &owned.managed_instances,
                                            .parameters = &owned.parameters,
                                            .parameter_tags = &owned.parameter_tags});
        });
}

}  // namespace goldsmith::service
