// Files that the agent takes and gives. Used by Agent only; one thread. Failures are
// base::SystemError.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/files.h"
#include "guest/messages.h"

namespace goldsmith::guest {

/// A file being written: under a temporary name until finish(), gone if that is never called.
class FileReceiver {
public:
    explicit FileReceiver(const PutFileRequest& request);
    FileReceiver(FileReceiver&&) noexcept;
    FileReceiver& operator=(FileReceiver&&) = delete;
    ~FileReceiver();

    void write(std::string_view data);
    void finish();

private:
    base::Path path_;
    base::Path temporary_;
    base::Fd file_;
};

/// A file being read in blocks.
class FileSender {
public:
    explicit FileSender(const GetFileRequest& request);

    /// Empty at the end of the file.
    std::string next_block();

private:
    base::Fd file_;
    std::string path_;
    std::uint64_t left_bytes_;
};

}  // namespace goldsmith::guest
