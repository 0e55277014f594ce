// Reading a canonical tree into its struct and writing it again, as a tree and as text. For tests
// of the generated code.
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

using TextWriters = std::map<std::string, std::string (*)(const boost::json::object&)>;

template <class Struct>
std::string text_of(const boost::json::object& tree) {
    Struct value{};
    from_json(tree, value);
    std::string text;
    append_text(text, value);
    return text;
}

}  // namespace goldsmith::api
