#include "guest/json_text.h"

#include <boost/json.hpp>

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

}  // namespace goldsmith::guest
