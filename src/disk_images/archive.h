// Reading tar archives from anywhere by libarchive, with every number checked before it is
// believed. Internal to disk_images. One thread's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/files.h"

struct archive;
struct archive_entry;

namespace goldsmith::disk_images {

class ArchiveReader {
public:
    enum class Compression { none, any };

    /// Throws base::SystemError when the file cannot be opened.
    ArchiveReader(const base::Path& file, Compression compression);
    ~ArchiveReader();
    ArchiveReader(const ArchiveReader&) = delete;
    ArchiveReader& operator=(const ArchiveReader&) = delete;

    /// The next member; false: there is none. Throws ImageRefused when the archive is damaged.
    bool next();
    std::string name() const;
    std::uint64_t size() const;  // bytes
    bool is_regular_file() const;
    bool is_link() const;

    /// The next bytes of the member; 0: that was all. Throws ImageRefused.
    std::size_t read(void* into, std::size_t size);
    /// All of the member. Throws ImageRefused when it has more than `limit_bytes`.
    std::string read_all(std::uint64_t limit_bytes);

private:
    [[noreturn]] void refuse() const;

    base::Fd fd_;
    ::archive* archive_ = nullptr;
    ::archive_entry* entry_ = nullptr;  // the archive's
};

}  // namespace goldsmith::disk_images
