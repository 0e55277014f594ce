// Log events: read from one stream, or searched over a group. Thread-safe.
#pragma once

#include "api/generated/logs/events.h"
#include "service/dependencies.h"

namespace goldsmith::service::logs {

class EventFamily final : public api::logs::Events {
public:
    explicit EventFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::logs::FilterLogEventsResponse filter_log_events(
        const api::CallContext& context, const api::logs::FilterLogEventsRequest& request) override;
    api::logs::PutLogEventsResponse put_log_events(
        const api::CallContext& context, const api::logs::PutLogEventsRequest& request) override;
    api::logs::GetLogEventsResponse get_log_events(
        const api::CallContext& context, const api::logs::GetLogEventsRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::logs
