// What of a call's parameters and answers may stand in the audit log: secrets masked, large texts
// abbreviated. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

namespace goldsmith::daemon {

/// Whether a member of that name holds a secret: password, secretAccessKey, sessionToken,
/// privateKey, authorization, ...
bool names_a_secret(std::string_view member);

/// A copy fit for the log. A whole that stays larger than 64 KiB becomes {"omitted": "..."}.
boost::json::value audit_value(const boost::json::value& value);

}  // namespace goldsmith::daemon
