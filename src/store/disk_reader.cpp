#include "store/disk_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/files.h"

namespace goldsmith::store {

void read_padded(int fd, std::uint64_t offset, std::span<std::byte> into) {
    while (!into.empty()) {
        const ssize_t got = ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw base::SystemError("read a disk at " + std::to_string(offset));
        }
        if (got == 0) {
            std::memset(into.data(), 0, into.size());
            return;
        }
        offset += static_cast<std::uint64_t>(got);
        into = into.subspan(static_cast<std::size_t>(got));
    }
}

namespace {

class RawDisk final : public DiskReader {
public:
    explicit RawDisk(const std::filesystem::path& path) : fd_(base::open_file(path, O_RDONLY)) {
        // Works for files and for block devices, whose st_size is 0.
        const off_t end = ::lseek(fd_.get(), 0, SEEK_END);
        if (end < 0) {
            throw base::SystemError("find the size of " + path.string());
        }
        size_ = static_cast<std::uint64_t>(end);
    }

    std::uint64_t size() const override { return size_; }

    void read(std::uint64_t offset, std::span<std::byte> into) const override {
        read_padded(fd_.get(), offset, into);
    }

private:
    base::Fd fd_;
    std::uint64_t size_ = 0;
};

}  // namespace

std::unique_ptr<DiskReader> open_raw_disk(const std::filesystem::path& path) {
    return std::make_unique<RawDisk>(path);
}

}  // namespace goldsmith::store
