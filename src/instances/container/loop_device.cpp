#include "instances/container/loop_device.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "base/error.h"

namespace goldsmith::instances {

namespace {

constexpr int kLoopMajor = 7;
constexpr int kMostAttempts = 64;
constexpr std::chrono::seconds kDetachLimit{60};

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
    // Not LO_FLAGS_DIRECT_IO: over qemu-storage-daemon's FUSE export it corrupted ext4 within
    // minutes (Linux 6.18, QEMU 7.2). The export does not cache anyway.
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
        const int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
        if (number < 0) {
            throw base::SystemError("find a free loop device");
        }
        path_ = device_node(number, scratch);
        device_ = base::open_file(path_, O_RDWR);
        if (::ioctl(device_.get(), LOOP_CONFIGURE, &config) == 0) {
            loop_info64 info{};
            if (::ioctl(device_.get(), LOOP_GET_STATUS64, &info) != 0) {
                throw base::SystemError("look at " + path_.string());
            }
            backing_device_ = info.lo_device;
            backing_inode_ = info.lo_inode;
            return;
        }
        if (errno != EBUSY) {  // somebody else took it between the two calls
            throw base::SystemError("attach " + file.string() + " to " + path_.string());
        }
    }
    throw base::Error("cannot get a loop device: somebody else always takes it first");
}

bool LoopDevice::is_attached() const {
    const base::Fd device = base::open_file(path_, O_RDONLY);
    loop_info64 info{};
    // Not ours any more when it is free or was taken by somebody else meanwhile.
    return ::ioctl(device.get(), LOOP_GET_STATUS64, &info) == 0 &&
           info.lo_device == backing_device_ && info.lo_inode == backing_inode_;
}

void LoopDevice::detach() {
    if (!device_) {
        return;
    }
    device_.reset();
    const auto deadline = std::chrono::steady_clock::now() + kDetachLimit;
    while (is_attached()) {
        if (std::chrono::steady_clock::now() > deadline) {
            throw base::Error("somebody still uses " + path_.string() +
                              ", the disk of an instance that has ended");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

}  // namespace goldsmith::instances
