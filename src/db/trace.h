// Prints SQL to standard error when GOLDSMITH_TRACE_SQL is set: `1` prints every statement with its
// time and number of rows, `values` adds the bound values (which may be secrets, so not by
// default).
#pragma once

#include <chrono>
#include <span>
#include <string_view>

#include "db/connection.h"

namespace goldsmith::db {

enum class Trace { off, statements, values };

/// What the environment asks for; read once per connection.
Trace trace_from_environment();

void print_trace(Trace trace, std::string_view sql, std::span<const Value> arguments,
                 const Result& result, std::chrono::microseconds elapsed);

}  // namespace goldsmith::db
