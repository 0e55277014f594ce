// Where http and api meet: a call that http took out of its wire protocol goes to a service's
// endpoint, and the endpoint's answer or error goes back. What is thrown besides ApiError is a
// fault of ours: it is logged with its whole chain and answered as the API's internal failure.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "http/router.h"

namespace goldsmith::api {
class Endpoint;
class Gate;
}  // namespace goldsmith::api

namespace goldsmith::daemon {

/// Every request passes the gate. The endpoint must be callable on several threads at once; gate
/// and clock must outlive the handler.
http::ServiceHandler gateway_to(std::shared_ptr<api::Endpoint> endpoint, const api::Gate& gate,
                                const base::Clock& clock, base::Logger log);

}  // namespace goldsmith::daemon
