#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

namespace goldsmith::http {

// Writes JSON trees as XML 1.0. Element names come from API models and are written as they are;
// texts are escaped, and what XML cannot express (control characters, broken UTF-8) becomes U+FFFD.

void append_xml_text(std::string& out, std::string_view text);

// <name>value</name>: an object becomes child elements, an array repeats the element, null writes
// nothing.
void append_xml_element(std::string& out, std::string_view name, const boost::json::value& value);

// Every member of the object as an element.
void append_xml_members(std::string& out, const boost::json::object& members);

}  // namespace goldsmith::http
