#include "guest/net/partial_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/random.h"

namespace goldsmith::guest {
namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

base::Path followed(const base::Path& path) {
    std::error_code failed;
    if (!std::filesystem::is_symlink(path, failed)) {
        return path;
    }
    const base::Path target = std::filesystem::weakly_canonical(path, failed);
    if (failed) {
        throw base::Error("the symbolic link " + path.string() +
                          " cannot be followed: " + failed.message());
    }
    return target;
}

base::Path folder_of(const base::Path& path) {
    return path.has_parent_path() ? path.parent_path() : base::Path(".");
}

}  // namespace

PartialFile::PartialFile(base::Fd folder, std::string name)
    : folder_(std::move(folder)), name_(std::move(name)) {
    create();
}

PartialFile::PartialFile(const base::Path& path) {
    const base::Path real = followed(path);
    name_ = real.filename().string();
    folder_ = base::open_file(folder_of(real), folder_flags);
    create();
}

void PartialFile::create() {
    struct stat facts {};
    if (::fstatat(folder_.get(), name_.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISDIR(facts.st_mode)) {
        throw base::Error("'" + name_ + "' is a folder, not a file");
    }
    base::SystemRandom random;
    hidden_name_ = ".toe-" + base::make_hex_id(random, 12) + ".part";
    file_ = base::Fd(::openat(folder_.get(), hidden_name_.c_str(),
                              O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!file_) {
        hidden_name_.clear();
        throw base::SystemError("create a file beside " + name_);
    }
}

PartialFile::~PartialFile() {
    if (!hidden_name_.empty()) {
        ::unlinkat(folder_.get(), hidden_name_.c_str(), 0);
    }
}

void PartialFile::restart() {
    if (::ftruncate(file_.get(), 0) != 0 || ::lseek(file_.get(), 0, SEEK_SET) != 0) {
        throw base::SystemError("empty the file beside " + name_);
    }
}

void PartialFile::write(std::string_view bytes) {
    base::write_all(file_.get(), bytes);
}

void PartialFile::publish(bool overwrite) {
    struct stat before {};
    if (::fstatat(folder_.get(), name_.c_str(), &before, 0) == 0 && S_ISREG(before.st_mode)) {
        ::fchmod(file_.get(), before.st_mode & 0777);
    }
    if (::fsync(file_.get()) != 0) {
        throw base::SystemError("write " + name_ + " to the disk");
    }
    const char* from = hidden_name_.c_str();
    if (!overwrite) {
        // A link fails where a rename would replace, with no moment between look and act.
        if (::linkat(folder_.get(), from, folder_.get(), name_.c_str(), 0) != 0) {
            if (errno == EEXIST) {
                throw FileExists("the file '" + name_ + "' exists already");
            }
            throw base::SystemError("name " + name_);
        }
        return;  // the hidden name goes with this object
    }
    if (::renameat(folder_.get(), from, folder_.get(), name_.c_str()) != 0) {
        throw base::SystemError("replace " + name_);
    }
    hidden_name_.clear();
    ::fsync(folder_.get());
}

base::Fd make_folder_beneath(int root, const std::string& relative) {
    base::Fd folder(::openat(root, ".", folder_flags));
    for (std::size_t begin = 0; folder && begin < relative.size();) {
        const std::size_t end = std::min(relative.find('/', begin), relative.size());
        const std::string part = relative.substr(begin, end - begin);
        begin = end + 1;
        if (::mkdirat(folder.get(), part.c_str(), 0777) != 0 && errno != EEXIST) {
            throw base::SystemError("make the folder " + relative);
        }
        folder = base::Fd(::openat(folder.get(), part.c_str(), folder_flags | O_NOFOLLOW));
    }
    if (!folder) {
        if (errno == ELOOP || errno == ENOTDIR) {
            throw base::Error("'" + relative +
                              "' is no folder below the destination (symbolic links are not "
                              "followed there)");
        }
        throw base::SystemError("open the folder " + relative);
    }
    return folder;
}

}  // namespace goldsmith::guest
