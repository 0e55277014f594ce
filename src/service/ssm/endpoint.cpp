#include <boost/json.hpp>

#include "api/generated/ssm/dispatch.h"
#include "service/endpoints.h"
#include "service/owning_endpoint.h"
#include "service/ssm/commands.h"
#include "service/ssm/managed_instances.h"

namespace goldsmith::service {

namespace {

struct Owned {
    explicit Owned(const Dependencies& given) : dependencies(given) {}

    Dependencies dependencies;
    ssm::CommandFamily commands{dependencies};
    ssm::ManagedInstanceFamily managed_instances{dependencies};
};

}  // namespace

std::unique_ptr<api::Endpoint> make_ssm_endpoint(const Dependencies& dependencies) {
    return std::make_unique<OwningEndpoint<Owned>>(
        std::make_unique<Owned>(dependencies), [](Owned& owned) {
            return api::ssm::make_endpoint(
                {.commands = &owned.commands, .managed_instances = &owned.managed_instances});
        });
}

}  // namespace goldsmith::service
