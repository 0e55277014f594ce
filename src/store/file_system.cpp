#include "store/file_system.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/files.h"

namespace goldsmith::store {

namespace {

using std::filesystem::path;

// Writes of this size are handed to the disk at once, so that the fsync at the end of an ingest
// finds most of its work done.
constexpr std::size_t kStartWritingBytes = 64 * 1024;

class RealFileSystem final : public FileSystem {
public:
    base::Fd create(const path& file) override {
        return base::open_file(file, O_RDWR | O_CREAT | O_EXCL, 0644);
    }

    void write(int fd, ByteView bytes, std::uint64_t offset) override {
        base::write_exactly_at(fd, bytes.data(), bytes.size(), offset);
        if (bytes.size() >= kStartWritingBytes) {
            // Only a hint: a file system that cannot do it loses nothing but time.
            (void)::sync_file_range(fd, static_cast<off_t>(offset),
                                    static_cast<off_t>(bytes.size()), SYNC_FILE_RANGE_WRITE);
        }
    }

    void sync(int fd) override {
        if (::fdatasync(fd) != 0) {
            throw base::SystemError("sync a file of the store");
        }
    }

    void sync_directory(const path& folder) override { base::sync_directory(folder); }

    void rename(const path& from, const path& to) override {
        if (::rename(from.c_str(), to.c_str()) != 0) {
            throw base::SystemError("rename " + from.string() + " to " + to.string());
        }
    }

    bool rename_new(const path& from, const path& to) override {
        if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
            return true;
        }
        if (errno == EEXIST) {
            return false;
        }
        throw base::SystemError("rename " + from.string() + " to " + to.string());
    }

    LinkResult link(const path& from, const path& to) override {
        if (::link(from.c_str(), to.c_str()) == 0) {
            return LinkResult::linked;
        }
        switch (errno) {
            case EEXIST:
                return LinkResult::exists;
            case EXDEV:
            case EPERM:
            case EMLINK:
            case EOPNOTSUPP:
                return LinkResult::impossible;
            default:
                throw base::SystemError("link " + from.string() + " to " + to.string());
        }
    }

    bool remove(const path& file) override {
        if (::unlink(file.c_str()) == 0) {
            return true;
        }
        if (errno == ENOENT) {
            return false;
        }
        throw base::SystemError("remove " + file.string());
    }
};

}  // namespace

std::shared_ptr<FileSystem> real_file_system() {
    return std::make_shared<RealFileSystem>();
}

}  // namespace goldsmith::store
