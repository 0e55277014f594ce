// CallAudit: writes every call that the router has finished into the audit log, and keeps calls out
// while the log has no room. Thread-safe once every service is added.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "audit/log.h"
#include "base/clock.h"
#include "base/guarded.h"
#include "base/random.h"
#include "daemon/audit_record.h"
#include "http/router.h"

namespace goldsmith::api {
class Endpoint;
struct Operation;
}  // namespace goldsmith::api

namespace goldsmith::daemon {

class CallAudit {
public:
    /// Everything given must outlive the object.
    CallAudit(audit::Log& log, const base::Clock& clock, base::Random& random)
        : log_(log), clock_(clock), random_(random) {}

    void add_service(const std::string& scope_name, const api::Endpoint& endpoint) {
        endpoints_[scope_name] = &endpoint;
    }

    /// http::Observer. A call that changed something waits until its line is on the disk.
    bool observe(const http::Observation& observation);
    /// http::Admission.
    std::optional<http::Failure> admit() const;

private:
    /// Lines of refused signatures in the current second, and those not written.
    struct Refused {
        std::int64_t second = 0;
        int written = 0;
        std::uint64_t omitted = 0;
    };

    bool observe_refused(const http::Observation& observation);
    const api::Operation* operation_of(const http::Call& call) const;

    audit::Log& log_;
    const base::Clock& clock_;
    base::Random& random_;
    std::map<std::string, const api::Endpoint*, std::less<>> endpoints_;
    base::Guarded<Refused> refused_;
};

}  // namespace goldsmith::daemon
