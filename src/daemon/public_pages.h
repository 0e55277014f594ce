// What is answered without a signature: /healthz and /metrics.
#pragma once

namespace goldsmith::http {
class Router;
}

namespace goldsmith::daemon {

void add_public_pages(http::Router& router);

}  // namespace goldsmith::daemon
