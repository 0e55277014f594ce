// How patient the network client is; the variables are documented in docs/toe.md.
#pragma once

#include "guest/net/connection.h"
#include "guest/net/environment.h"
#include "guest/net/retry_plan.h"

namespace goldsmith::guest {

struct NetworkSettings {
    ConnectionLimits connection;
    RetryPolicy retry;
};

/// TOE_NETWORK_TIMEOUT_SECONDS, TOE_RETRY_DELAY_MILLISECONDS. Throws base::Error for a value that
/// is no such number.
NetworkSettings network_settings(const Environment& environment);

}  // namespace goldsmith::guest
