#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include "base/fd.h"
#include "store/log_stream.h"

// What LogWriter holds; LogStore makes it. Internal to store/.
namespace goldsmith::store {

struct LogWriter::Impl {
    // `file` is open for reading and appending.
    Impl(base::Fd file, std::filesystem::path where);

    void write(std::string lines);

    base::Fd fd;
    std::filesystem::path path;
    std::mutex mutex;  // of `torn`, and keeps a newline after a torn line in front of the next
    bool torn;         // the file's last line, as far as this writer knows, lacks its newline
};

}  // namespace goldsmith::store
