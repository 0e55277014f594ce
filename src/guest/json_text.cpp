#include "guest/json_text.h"

#include <boost/json.hpp>

#include "base/utf8.h"

namespace goldsmith::guest {
namespace {

void write(const boost::json::value& value, const std::string& indent, std::string& out) {
    const std::string deeper = indent + "    ";
    if (value.is_object() && !value.get_object().empty()) {
        out += "{\n";
        bool first = true;
        for (const auto& [key, member] : value.get_object()) {
            out += (first ? "" : ",\n") + deeper +
                   boost::json::serialize(boost::json::string(key)) + ": ";
            write(member, deeper, out);
            first = false;
        }
        out += "\n" + indent + "}";
    } else if (value.is_array() && !value.get_array().empty()) {
        out += "[\n";
        bool first = true;
        for (const auto& item : value.get_array()) {
            out += (first ? "" : ",\n") + deeper;
            write(item, deeper, out);
            first = false;
        }
        out += "\n" + indent + "]";
    } else {
        out += boost::json::serialize(value);
    }
}

}  // namespace

std::string pretty_json(const boost::json::value& value) {
    std::string out;
    write(value, "", out);
    return out + "\n";
}

std::string utf8_text(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t length = base::utf8_length(text);
        result.append(length == 0 ? "\xEF\xBF\xBD" : text.substr(0, length));
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return result;
}

}  // namespace goldsmith::guest
