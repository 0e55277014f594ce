#pragma once

#include <cstdint>
#include <filesystem>

#include "base/fd.h"

namespace goldsmith::store {

// A file that gets its name when it is complete: made beside `target`, removed unless published.
// Not thread-safe. Throws base::SystemError.
class NewFile {
public:
    explicit NewFile(std::filesystem::path target);
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile();

    int fd() const { return fd_.get(); }
    const std::filesystem::path& temporary() const { return temporary_; }

    void set_size(std::uint64_t bytes) const;
    // Replaces `target`. Durable: content and name survive a power cut.
    void publish(bool durable);

private:
    std::filesystem::path target_;
    std::filesystem::path temporary_;
    base::Fd fd_;
    bool published_ = false;
};

}  // namespace goldsmith::store
