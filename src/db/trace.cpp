#include "db/trace.h"

#include <cstdlib>
#include <iostream>
#include <string>

namespace goldsmith::db {
namespace {

std::string printable(const Value& value) {
    struct Visitor {
        std::string operator()(std::monostate) const { return "NULL"; }
        std::string operator()(std::int64_t number) const { return std::to_string(number); }
        std::string operator()(double number) const { return std::to_string(number); }
        std::string operator()(const std::string& text) const { return "'" + text + "'"; }
    };
    return std::visit(Visitor{}, value.storage());
}

}  // namespace

Trace trace_from_environment() {
    // Read when a connection is opened, before there are threads that could change the environment.
    const char* setting = std::getenv("GOLDSMITH_TRACE_SQL");
    if (setting == nullptr || *setting == '\0' || std::string_view(setting) == "0") {
        return Trace::off;
    }
    return std::string_view(setting) == "values" ? Trace::values : Trace::statements;
}

void print_trace(Trace trace, std::string_view sql, std::span<const Value> arguments,
                 const Result& result, std::chrono::microseconds elapsed) {
    std::string line = "sql " + std::to_string(elapsed.count()) + " us, " +
                       std::to_string(result.rows.size()) + " rows, " +
                       std::to_string(result.changed_rows) + " changed: " + std::string(sql);
    if (trace == Trace::values) {
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            line += " ?" + std::to_string(i + 1) + "=" + printable(arguments[i]);
        }
    }
    line += '\n';
    std::cerr << line;
}

}  // namespace goldsmith::db
