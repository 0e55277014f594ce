#include "http/json_text.h"

#include <boost/json.hpp>

namespace goldsmith::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kUsualBytes = 2048;  // of an answer

std::string position(std::string_view text, std::size_t offset) {
    std::size_t line = 1;
    std::size_t column = 1;
    for (const char c : text.substr(0, offset)) {
        column = c == '\n' ? 1 : column + 1;
        line += c == '\n' ? 1 : 0;
    }
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

void append_value(std::string& out, const json::value& value);

void append_array(std::string& out, const json::array& items) {
    out += '[';
    bool first = true;
    for (const auto& item : items) {
        out += first ? "" : ",";
        append_value(out, item);
        first = false;
    }
    out += ']';
}

void append_object(std::string& out, const json::object& members) {
    out += '{';
    bool first = true;
    for (const auto& member : members) {
        out += first ? "" : ",";
        append_json_string(out, member.key());
        out += ':';
        append_value(out, member.value());
        first = false;
    }
    out += '}';
}

void append_value(std::string& out, const json::value& value) {
    switch (value.kind()) {
        case json::kind::object:
            return append_object(out, value.get_object());
        case json::kind::array:
            return append_array(out, value.get_array());
        case json::kind::string:
            return append_json_string(out, value.get_string());
        case json::kind::double_:
            return base::append_json_double(out, value.get_double());
        case json::kind::int64:
            out += std::to_string(value.get_int64());
            return;
        case json::kind::uint64:
            out += std::to_string(value.get_uint64());
            return;
        case json::kind::bool_:
            out += value.get_bool() ? "true" : "false";
            return;
        case json::kind::null:
            break;
    }
    out += "null";
}

}  // namespace

std::variant<json::value, JsonProblem> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = kMaxDepth;
    json::parser parser({}, options);
    json::error_code error;
    std::size_t read = parser.write_some(text, error);
    if (!error && read < text.size()) {
        error = json::error::extra_data;
    }
    if (error) {
        return JsonProblem{"The request body is not valid JSON: " + error.message() + " at " +
                           position(text, read) + "."};
    }
    return parser.release();
}

void append_json_text(std::string& out, const json::value& value) {
    append_value(out, value);
}

std::string json_text(const json::value& value) {
    std::string out;
    out.reserve(kUsualBytes);
    append_value(out, value);
    return out;
}

}  // namespace goldsmith::http
