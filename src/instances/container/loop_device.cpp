#include "instances/container/loop_device.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"

namespace goldsmith::instances {

namespace {

constexpr int kLoopMajor = 7;
constexpr int kMostAttempts = 64;

base::Path device_node(int number, const base::Path& scratch) {
    const base::Path usual = "/dev/loop" + std::to_string(number);
    if (::access(usual.c_str(), F_OK) == 0) {
        return usual;
    }
    base::Path own = scratch / ("loop" + std::to_string(number));
    if (::mknod(own.c_str(), S_IFBLK | 0600,
                ::makedev(kLoopMajor, static_cast<unsigned>(number))) != 0 &&
        errno != EEXIST) {
        throw base::SystemError("make a node for loop device " + std::to_string(number));
    }
    return own;
}

}  // namespace

LoopDevice::LoopDevice(const base::Path& file, std::uint64_t offset_bytes,
                       std::uint64_t length_bytes, const base::Path& scratch) {
    const base::Fd backing = base::open_file(file, O_RDWR);
    const base::Fd control = base::open_file("/dev/loop-control", O_RDWR);
    loop_config config{};
    config.fd = static_cast<__u32>(backing.get());
    config.block_size = 512;
    config.info.lo_offset = offset_bytes;
    config.info.lo_sizelimit = length_bytes;
    // Direct: the guest's page cache is enough, a second one in front of the file only costs
    // memory.
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO;
    for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
        const int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
        if (number < 0) {
            throw base::SystemError("find a free loop device");
        }
        path_ = device_node(number, scratch);
        device_ = base::open_file(path_, O_RDWR);
        if (::ioctl(device_.get(), LOOP_CONFIGURE, &config) == 0) {
            return;
        }
        if (errno == EINVAL && (config.info.lo_flags & LO_FLAGS_DIRECT_IO) != 0) {
            config.info.lo_flags &= ~static_cast<__u32>(LO_FLAGS_DIRECT_IO);
        } else if (errno != EBUSY) {  // somebody else took it between the two calls
            throw base::SystemError("attach " + file.string() + " to " + path_.string());
        }
    }
    throw base::Error("cannot get a loop device: somebody else always takes it first");
}

void LoopDevice::detach() {
    if (device_) {
        ::fsync(device_.get());
        device_.reset();
    }
}

}  // namespace goldsmith::instances
