// The little of XML that S3's answers need: texts of named elements, without attributes or
// namespaces. Takes hostile input. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::guest {

/// What stands between the first <name ...> and the next </name>, not decoded.
std::optional<std::string_view> find_element(std::string_view xml, std::string_view name);
/// All of them, in order.
std::vector<std::string_view> find_elements(std::string_view xml, std::string_view name);

/// With the five named entities and character references in their place; others stay as they are.
std::string decode_xml_text(std::string_view text);

/// find_element and decode_xml_text; "" when there is none.
std::string element_text(std::string_view xml, std::string_view name);

}  // namespace goldsmith::guest
