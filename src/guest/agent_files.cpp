#include "guest/agent_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"

namespace goldsmith::guest {

namespace {
constexpr std::size_t kBlock = 64 * 1024;
}

FileReceiver::FileReceiver(const PutFileRequest& request) : path_(request.path) {
    if (!path_.is_absolute() || !path_.has_filename()) {
        throw base::Error("'" + request.path + "' is not an absolute path of a file");
    }
    base::make_directories(path_.parent_path());
    temporary_ = path_;
    temporary_ += ".goldsmith-" + std::to_string(::getpid());
    file_ = base::open_file(temporary_, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
    if (::fchmod(file_.get(), request.mode & 07777) != 0) {
        throw base::SystemError("set the mode of " + temporary_.string());
    }
}

FileReceiver::FileReceiver(FileReceiver&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      file_(std::move(other.file_)) {
    other.temporary_.clear();
}

FileReceiver::~FileReceiver() {
    if (!temporary_.empty()) {
        ::unlink(temporary_.c_str());
    }
}

void FileReceiver::write(std::string_view data) {
    base::write_all(file_.get(), data);
}

void FileReceiver::finish() {
    file_.reset();
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
        throw base::SystemError("rename " + temporary_.string() + " to " + path_.string());
    }
    temporary_.clear();
}

FileSender::FileSender(const GetFileRequest& request)
    : file_(base::open_file(request.path, O_RDONLY | O_NONBLOCK)),
      path_(request.path),
      left_bytes_(request.most_bytes) {
    struct stat facts {};
    if (::fstat(file_.get(), &facts) != 0) {
        throw base::SystemError("look at " + path_);
    }
    if (!S_ISREG(facts.st_mode)) {
        throw base::Error(path_ + " is not a file");
    }
    if (static_cast<std::uint64_t>(facts.st_size) > left_bytes_) {
        throw base::Error(path_ + " has " + std::to_string(facts.st_size) +
                          " bytes, more than the " + std::to_string(left_bytes_) +
                          " that were asked for");
    }
}

std::string FileSender::next_block() {
    std::string block(kBlock, '\0');
    ssize_t got;
    do {
        got = ::read(file_.get(), block.data(), block.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        throw base::SystemError("read " + path_);
    }
    if (static_cast<std::uint64_t>(got) > left_bytes_) {
        throw base::Error(path_ + " grew while it was read");
    }
    left_bytes_ -= static_cast<std::uint64_t>(got);
    block.resize(static_cast<std::size_t>(got));
    return block;
}

}  // namespace goldsmith::guest
