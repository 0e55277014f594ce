// LookupEvents: the recorded calls of the caller's account. A part of service/cloudtrail.
#pragma once

#include "api/generated/cloudtrail/events.h"
#include "service/dependencies.h"

namespace goldsmith::service::cloudtrail {

class EventFamily final : public api::cloudtrail::Events {
public:
    explicit EventFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::cloudtrail::LookupEventsResponse lookup_events(
        const api::CallContext& context,
        const api::cloudtrail::LookupEventsRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::cloudtrail
