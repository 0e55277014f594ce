#include "instances/container/mounts.h"

#include <sched.h>
#include <sys/mount.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "base/error.h"

namespace goldsmith::instances {

void enter_private_mount_namespace() {
    if (::unshare(CLONE_NEWNS) != 0) {
        throw base::SystemError("make a private mount namespace (are we root?)");
    }
    // Slave, not private: what the host unmounts must not be kept busy by us.
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) {
        throw base::SystemError("separate our mounts from the host's");
    }
}

Mount::Mount(const std::string& source, base::Path target, const std::string& type,
             unsigned long flags, const std::string& options) {
    if (::mount(source.c_str(), target.c_str(), type.empty() ? nullptr : type.c_str(), flags,
                options.empty() ? nullptr : options.c_str()) != 0) {
        throw base::SystemError("mount " + source + " (" + type + ") on " + target.string());
    }
    target_ = std::move(target);
}

Mount::Mount(Mount&& other) noexcept : target_(std::move(other.target_)) {
    other.target_.clear();
}

Mount& Mount::operator=(Mount&& other) noexcept {
    if (this != &other) {
        if (!target_.empty()) {
            ::umount2(target_.c_str(), MNT_DETACH);
        }
        target_ = std::move(other.target_);
        other.target_.clear();
    }
    return *this;
}

Mount::~Mount() {
    if (!target_.empty()) {
        ::umount2(target_.c_str(), MNT_DETACH);
    }
}

void Mount::unmount() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!target_.empty() && ::umount2(target_.c_str(), 0) != 0) {
        if (errno != EBUSY || std::chrono::steady_clock::now() > deadline) {
            throw base::SystemError("unmount " + target_.string());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    target_.clear();
}

Mount bind_mount(const base::Path& source, base::Path target) {
    return {source.string(), std::move(target), "", MS_BIND | MS_REC, ""};
}

}  // namespace goldsmith::instances
