#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "base/fd.h"
#include "store/log_format.h"

// The files of log groups and streams, below LogStore. Internal to store/.
namespace goldsmith::store {

// Bytes that end with the last whole line; what follows is being written, or was torn.
std::uint64_t whole_lines_end(int fd);

// Makes `path` hold `content`, whole from the first moment on; false if it existed (then
// unchanged).
bool create_with_content(const std::filesystem::path& path, std::string_view content);

// Nothing if the file does not exist or has no readable first line. Reads the ends of the file
// only.
std::optional<LogStreamInfo> read_stream_info(const std::filesystem::path& path);

// The page of an open stream. Throws base::Error for a token of another form.
LogPage read_log_page(int fd, const LogQuery& query);

}  // namespace goldsmith::store
