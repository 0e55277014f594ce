#include "daemon/throttle.h"

#include <algorithm>
#include <boost/json.hpp>

#include "api/endpoint.h"

namespace goldsmith::daemon {

namespace {

double seconds_between(base::Time from, base::Time to) {
    return std::max(0.0, std::chrono::duration<double>(to - from).count());
}

}  // namespace

const Rate& ThrottleRates::of(CallClass kind) const {
    switch (kind) {
        case CallClass::read:
            return read;
        case CallClass::write:
            return write;
        case CallClass::build:
            break;
    }
    return build;
}

std::optional<std::chrono::milliseconds> Throttle::take(const std::string& account,
                                                        const std::string& region,
                                                        const std::string& service, CallClass kind,
                                                        base::Time now) {
    if (!rates_.enabled) {
        return std::nullopt;
    }
    const Rate& rate = rates_.of(kind);
    const double size = std::max(1.0, rate.burst);
    // Accounts and regions that get this far exist, so the buckets are few.
    auto buckets = buckets_.lock();
    Bucket& bucket =
        buckets->try_emplace({account, region, service, kind}, Bucket{size, now}).first->second;
    bucket.tokens =
        std::min(size, bucket.tokens + rate.per_second * seconds_between(bucket.filled, now));
    bucket.filled = std::max(bucket.filled, now);
    if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return std::nullopt;
    }
    const double wait_seconds = (1 - bucket.tokens) / rate.per_second;
    return std::chrono::milliseconds(static_cast<std::int64_t>(wait_seconds * 1000) + 1);
}

http::Failure throttling_failure(const std::string& service, std::chrono::milliseconds wait) {
    http::Failure failure;
    if (service == "imagebuilder") {
        failure.code = "CallRateLimitExceededException";
        failure.message =
            "You have exceeded the permitted request rate for the specific operation.";
        failure.status = 429;
    } else if (service == "ec2") {
        failure.code = "RequestLimitExceeded";
        failure.message = "Request limit exceeded.";
        failure.status = 503;
    } else if (service == "iam" || service == "sts" || service == "sns" ||
               service == "cloudformation") {
        failure.code = "Throttling";
        failure.message = "Rate exceeded";
    } else {
        failure.code = "ThrottlingException";
        failure.message = "Rate exceeded";
    }
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    failure.headers.set("Retry-After", std::to_string(seconds));
    return failure;
}

http::ServiceHandler throttled(http::ServiceHandler handler, const api::Endpoint& endpoint,
                               Throttle& throttle, const base::Clock& clock) {
    if (!throttle.is_enabled()) {
        return handler;
    }
    return [handler = std::move(handler), &endpoint, &throttle, &clock](const http::Call& call) {
        const auto* operation = endpoint.find(call.operation, call.method, call.path);
        const auto kind = operation == nullptr ? CallClass::read : call_class(operation->name);
        const auto wait =
            throttle.take(call.principal.account, call.region, call.service, kind, clock.now());
        return wait ? http::Answer(throttling_failure(call.service, *wait)) : handler(call);
    };
}

}  // namespace goldsmith::daemon
