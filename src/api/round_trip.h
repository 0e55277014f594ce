// Reading a canonical tree into its struct and writing it again. For tests of the generated code.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <string>

#include "base/error.h"

namespace goldsmith::api {

using RoundTrips = std::map<std::string, boost::json::object (*)(const boost::json::object&)>;

template <class Struct>
boost::json::object there_and_back(const boost::json::object& tree) {
    Struct value{};
    from_json(tree, value);
    auto written = to_json(value);
    Struct again{};
    from_json(written, again);
    if (!(again == value)) {
        throw base::Error("a struct read from what it wrote is another one");
    }
    return written;
}

}  // namespace goldsmith::api
