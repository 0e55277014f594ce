// What of a call's parameters and answers may stand in the audit log: secrets masked, large texts
// abbreviated. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace goldsmith::daemon {

/// Whether a member of that name holds a secret: password, secretAccessKey, sessionToken,
/// privateKey, authorization, ...
bool names_a_secret(std::string_view member);

/// Appends the value's JSON as it may stand in the log. A whole that stays larger than 64 KiB
/// becomes
/// {"omitted": "..."}.
void append_audit_value(std::string& text, const boost::json::value& value);
void append_audit_value(std::string& text, const boost::json::object& members);

}  // namespace goldsmith::daemon
