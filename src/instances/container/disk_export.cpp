#include "instances/container/disk_export.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "base/error.h"

namespace goldsmith::instances {

namespace {

using namespace std::chrono_literals;

constexpr unsigned long kFuseMagic = 0x65735546;
constexpr auto kStartLimit = 20s;
constexpr auto kStopLimit = 120s;

/// A comma separates options of qemu's command line; doubled, it stands for itself.
std::string quoted(const base::Path& path) {
    std::string text;
    for (const char c : path.string()) {
        text.append(c == ',' ? 2 : 1, c);
    }
    return text;
}

}  // namespace

base::Command export_command(const base::Path& disk, const std::string& format,
                             const base::Path& mount_point, bool keeps_disk) {
    base::Command command;
    command.program = "qemu-storage-daemon";
    command.arguments = {
        "--blockdev",
        "driver=file,node-name=file,filename=" + quoted(disk) +
            ",discard=unmap,cache.direct=off,cache.no-flush=" + (keeps_disk ? "off" : "on"),
        "--blockdev",
        "driver=" + format + ",node-name=disk,file=file,discard=unmap,detect-zeroes=unmap",
        "--export",
        "type=fuse,id=export,node-name=disk,mountpoint=" + quoted(mount_point) +
            ",writable=on,growable=off,allow-other=off"};
    return command;
}

DiskExport::DiskExport(const base::Path& disk, const std::string& format, const base::Path& work,
                       bool keeps_disk)
    : mount_point_(work / "disk.raw"), messages_(work / "disk-export.log") {
    base::open_file(mount_point_, O_WRONLY | O_CREAT, 0600);
    const base::Fd log = base::open_file(messages_, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    base::SpawnOptions options;
    options.stdout_to = base::Stdio::from_fd(log.get());
    options.stderr_to = base::Stdio::from_fd(log.get());
    options.die_with_parent = true;
    daemon_ = std::make_unique<base::Child>(
        base::spawn(export_command(disk, format, mount_point_, keeps_disk), options));
    wait_until_exported();
}

void DiskExport::wait_until_exported() {
    const auto deadline = std::chrono::steady_clock::now() + kStartLimit;
    for (;;) {
        struct statfs facts {};
        if (::statfs(mount_point_.c_str(), &facts) == 0 &&
            static_cast<unsigned long>(facts.f_type) == kFuseMagic) {
            return;
        }
        const auto ended = daemon_->poll();
        if (ended || std::chrono::steady_clock::now() > deadline) {
            throw base::Error("qemu-storage-daemon did not open the disk (" +
                              (ended ? ended->describe() : std::string("no answer")) +
                              "): " + base::read_file_if_exists(messages_).value_or(""));
        }
        std::this_thread::sleep_for(1ms);
    }
}

void DiskExport::stop() {
    if (!daemon_) {
        return;
    }
    daemon_->signal_group(SIGTERM);
    const auto ended = daemon_->wait_for(kStopLimit);
    if (!ended) {
        daemon_->end(0ms);
    }
    daemon_.reset();
    if (!ended || !ended->success()) {
        throw base::Error("qemu-storage-daemon did not close the disk in order (" +
                          (ended ? ended->describe() : std::string("it hung and was killed")) +
                          "): " + base::read_file_if_exists(messages_).value_or(""));
    }
}

DiskExport::~DiskExport() {
    if (daemon_) {
        daemon_->end(0ms);
        ::umount2(mount_point_.c_str(), MNT_DETACH);
    }
}

}  // namespace goldsmith::instances
