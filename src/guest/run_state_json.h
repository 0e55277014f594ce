// RunRecord to JSON and back, complete; for the state that survives a reboot. The report for people
// is another form: see run_report.h.
#pragma once

#include <boost/json/fwd.hpp>

#include "guest/run_record.h"

namespace goldsmith::guest {

/// Texts of commands may hold any bytes, JSON may not: those become {"base64": "..."}.
boost::json::value text_to_json(const std::string& text);
/// Throws base::Error when it is neither.
std::string text_from_json(const boost::json::value& value);

boost::json::object run_to_json(const RunRecord& record);
/// Throws (boost::system::system_error, std::out_of_range, base::Error) when something is missing.
RunRecord run_from_json(const boost::json::object& object);

}  // namespace goldsmith::guest
