#include "base/pending_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/error.h"

namespace goldsmith::base {

namespace {

constexpr std::string_view prefix = ".pending-";

bool lacks_unnamed_files(int error) {
    return error == EOPNOTSUPP || error == EISDIR || error == EINVAL || error == ENOENT;
}

}  // namespace

PendingFile::PendingFile(const Path& folder, mode_t mode) : folder_(folder) {
    const int unnamed = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
    if (unnamed >= 0) {
        file_ = std::make_shared<Fd>(unnamed);
        return;
    }
    if (!lacks_unnamed_files(errno)) {
        throw SystemError("create a file in " + folder.string());
    }
    std::string name = (folder / (std::string(prefix) + "XXXXXX")).string();
    const int named = ::mkostemp(name.data(), O_CLOEXEC);
    if (named < 0) {
        throw SystemError("create a file in " + folder.string());
    }
    file_ = std::make_shared<Fd>(named);
    name_ = name;
}

PendingFile::~PendingFile() {
    if (!name_.empty() && !published_) {
        ::unlink(name_.c_str());
    }
}

void PendingFile::append(std::string_view bytes) {
    write_exactly_at(fd(), bytes.data(), bytes.size(), size_);
    size_ += bytes.size();
}

void PendingFile::truncate(std::uint64_t size_bytes) {
    if (::ftruncate(fd(), static_cast<off_t>(size_bytes)) != 0) {
        throw SystemError("truncate a file");
    }
    size_ = size_bytes;
}

bool PendingFile::publish(const Path& name) {
    if (published_) {
        return false;
    }
    if (::fsync(fd()) != 0) {
        throw SystemError("sync " + name.string());
    }
    const std::string own = "/proc/self/fd/" + std::to_string(fd());
    const int failed =
        name_.empty()
            ? ::linkat(AT_FDCWD, own.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW)
            : ::renameat2(AT_FDCWD, name_.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE);
    if (failed != 0 && errno == EXDEV) {
        return false;
    }
    if (failed != 0) {
        throw SystemError("name a file " + name.string());
    }
    published_ = true;
    sync_directory(name.parent_path());
    return true;
}

void clear_pending_files(const Path& folder) {
    for (const std::string& name : list_directory(folder)) {
        if (name.starts_with(prefix)) {
            ::unlink((folder / name).c_str());
        }
    }
}

}  // namespace goldsmith::base
