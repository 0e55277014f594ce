#include <boost/json.hpp>

#include "api/generated/logs/dispatch.h"
#include "service/endpoints.h"
#include "service/logs/events.h"
#include "service/logs/groups.h"
#include "service/owning_endpoint.h"

namespace goldsmith::service {

namespace {

struct Owned {
    explicit Owned(const Dependencies& given) : dependencies(given) {}

    Dependencies dependencies;
    logs::GroupFamily groups{dependencies};
    logs::StreamFamily streams{dependencies};
    logs::EventFamily events{dependencies};
};

}  // namespace

std::unique_ptr<api::Endpoint> make_logs_endpoint(const Dependencies& dependencies) {
    return std::make_unique<OwningEndpoint<Owned>>(
        std::make_unique<Owned>(dependencies), [](Owned& owned) {
            return api::logs::make_endpoint(
                {.groups = &owned.groups, .streams = &owned.streams, .events = &owned.events});
        });
}

}  // namespace goldsmith::service
