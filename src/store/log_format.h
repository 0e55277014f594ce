#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/log_stream.h"

// The text of log groups and streams: docs/formats/log-stream.md. Pure functions. Internal to
// store/.
namespace goldsmith::store {

struct LogStreamHeader {
    std::string name = {};
    std::int64_t created_ms = 0;
};

// Each encoder's result ends with the newline; each parser takes a line without it and answers
// nothing for any other text. An event's position is set by the reader.
std::string encode_header_line(const LogStreamHeader& header);
std::optional<LogStreamHeader> parse_header_line(std::string_view line);
std::string encode_event_line(const LogEvent& event);
std::optional<LogEvent> parse_event_line(std::string_view line);
std::string encode_group(const LogGroupInfo& group);
std::optional<LogGroupInfo> parse_group(std::string_view text);

// The file name for a group's or stream's name, without suffix.
std::string encoded_log_name(std::string_view name);

}  // namespace goldsmith::store
