// The network of one instance as its run's specification wants it: the gateway, and in it the
// metadata service and the way to the daemon's API. One thread; the services have their own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/generated/runner/run_types.h"
#include "base/clock.h"
#include "base/files.h"
#include "instances/network/gateway.h"
#include "runner/guest_services.h"

namespace goldsmith::runner {

/// Pure.
instances::NetworkSettings network_settings(const api::runner::RunSpec& spec);
/// What everything in the guest finds in its environment because of its network
/// (docs/formats/toe-environment.md); what the specification sets itself comes first. Pure.
std::map<std::string, std::string> network_environment(const api::runner::RunSpec& spec);

class GuestNetwork {
public:
    /// `work`: a private folder; `credentials`: the file credentials.json. `report` gets lines for
    /// the build's log, on another thread. Throws base::Error.
    GuestNetwork(const api::runner::RunSpec& spec, const base::Path& work, base::Path credentials,
                 std::function<void(const std::string&)> report);

    std::shared_ptr<instances::Gateway> gateway() const { return gateway_; }

private:
    base::SystemClock clock_;
    std::shared_ptr<instances::Gateway> gateway_;
    std::unique_ptr<GuestServices> services_;
};

}  // namespace goldsmith::runner
