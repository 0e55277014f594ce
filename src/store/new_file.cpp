#include "store/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/random.h"

namespace goldsmith::store {

NewFile::NewFile(std::filesystem::path target) : target_(std::filesystem::absolute(target)) {
    base::SystemRandom random;
    temporary_ = target_;
    temporary_ += "." + base::make_hex_id(random, 12) + ".tmp";
    fd_ = base::open_file(temporary_, O_RDWR | O_CREAT | O_EXCL, 0644);
}

NewFile::~NewFile() {
    if (!published_) {
        ::unlink(temporary_.c_str());
    }
}

void NewFile::set_size(std::uint64_t bytes) const {
    if (::ftruncate(fd_.get(), static_cast<off_t>(bytes)) != 0) {
        throw base::SystemError("set the size of " + temporary_.string());
    }
}

void NewFile::publish(bool durable) {
    if (durable && ::fsync(fd_.get()) != 0) {
        throw base::SystemError("sync " + temporary_.string());
    }
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
        throw base::SystemError("rename " + temporary_.string() + " to " + target_.string());
    }
    published_ = true;
    if (durable) {
        base::sync_directory(target_.parent_path());
    }
}

}  // namespace goldsmith::store
