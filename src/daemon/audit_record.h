// One call as a record of the audit log, in CloudTrail's format (docs/formats/audit-log.md). Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/router.h"

namespace goldsmith::api {
struct Operation;
}

namespace goldsmith::daemon {

/// What a request says of itself when its signature was refused; nothing of it is verified.
struct ClaimedScope {
    std::string service;
    std::string region;
    std::string access_key_id;
};

struct AuditFacts {
    base::Time time;
    std::string event_id;
    const api::Operation* operation = nullptr;  // null: could not be made out
    ClaimedScope claimed;                       // for calls without a principal
    bool read_only = false;
};

/// The line's JSON without its place in the chain.
std::string audit_record(const http::Observation& observation, const AuditFacts& facts);

/// Stands for `count` refused requests that were not recorded one by one.
std::string omitted_record(base::Time time, const std::string& event_id, std::uint64_t count);

/// "AWS::ImageBuilder::Component" of an ARN; empty when it is none of a kind that we know.
std::string_view resource_type_of(std::string_view arn);

}  // namespace goldsmith::daemon
