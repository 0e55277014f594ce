// Searching the audit log, newest first, as CloudTrail's LookupEvents does. Reads files only; the
// log may be written meanwhile. Used by service/cloudtrail.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"

namespace goldsmith::audit {

struct Query {
    std::string account{};  // the recipient's
    std::string region{};   // empty: any
    std::optional<base::Time> start{};
    std::optional<base::Time> end{};
    /// As LookupEvents names them: EventId, EventName, ReadOnly, Username, ResourceType,
    /// ResourceName, EventSource, AccessKeyId. Empty: every event.
    std::string attribute{};
    std::string value{};
    /// Only lines with smaller numbers.
    std::uint64_t before = std::numeric_limits<std::uint64_t>::max();
    std::size_t limit = 50;
    /// A search that has read so much ends its page, however few events it has found.
    std::uint64_t most_bytes = 64UL << 20;
};

struct FoundEvent {
    boost::json::object record;
    std::string text;  // the record as it stands in the log, without its place in the chain
};

struct FoundPage {
    std::vector<FoundEvent> events;
    std::optional<std::uint64_t> before;  // where the next page begins; nothing at the end
};

FoundPage lookup(const base::Path& folder, const Query& query);

/// What LookupEvents calls the user: "root", a user's name, the session's name of an assumed role.
std::string username_of(const boost::json::object& record);

}  // namespace goldsmith::audit
