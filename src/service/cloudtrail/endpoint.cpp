#include <boost/json.hpp>

#include "api/generated/cloudtrail/dispatch.h"
#include "service/cloudtrail/events.h"
#include "service/endpoints.h"
#include "service/owning_endpoint.h"

namespace goldsmith::service {

namespace {

struct Owned {
    explicit Owned(const Dependencies& given) : dependencies(given) {}

    Dependencies dependencies;
    cloudtrail::EventFamily events{dependencies};
};

}  // namespace

std::unique_ptr<api::Endpoint> make_cloudtrail_endpoint(const Dependencies& dependencies) {
    return std::make_unique<OwningEndpoint<Owned>>(
        std::make_unique<Owned>(dependencies),
        [](Owned& owned) { return api::cloudtrail::make_endpoint({.events = &owned.events}); });
}

}  // namespace goldsmith::service
