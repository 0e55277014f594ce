#include "instances/container/test_disk.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/process.h"

namespace goldsmith::instances {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kDiskBytes = 2ULL << 30;

void make_disk(const base::Path& disk) {
    const base::TempDir folder("gs-disk", disk.parent_path());
    const base::Path tar = folder.path() / "tree.tar";
    const base::Path image = folder.path() / "disk.raw";
    base::RunOptions options;
    options.timeout = 10min;
    base::run_checked(
        {"mmdebstrap",
         {"--quiet", "--variant=apt", "--include=systemd-sysv,dbus,iproute2,mount,udev", "bookworm",
          tar.string()},
         {},
         false,
         {}},
        options);
    const base::Path tree = folder.path() / "tree";
    base::make_directories(tree);
    base::run_checked(
        {"tar", {"-C", tree.string(), "--xattrs", "-xf", tar.string()}, {}, false, {}}, options);
    // Empty, as in an image: init fills it in at each first boot.
    base::write_file_atomically(tree / "etc/machine-id", "");
    const base::Fd file = base::open_file(image, O_WRONLY | O_CREAT, 0600);
    if (::ftruncate(file.get(), static_cast<off_t>(kDiskBytes)) != 0) {
        throw base::SystemError("make " + image.string());
    }
    base::run_checked(
        {"mke2fs", {"-q", "-t", "ext4", "-d", tree.string(), image.string()}, {}, false, {}},
        options);
    std::filesystem::rename(image, disk);
}

}  // namespace

std::string mirror_of_host() {
    const auto result =
        base::run({"apt-get",
                   {"indextargets", "--format", "$(REPO_URI)dists/$(RELEASE)/InRelease",
                    "Created-By: Packages"},
                   {},
                   false,
                   {}});
    return result.stdout_text.substr(0, result.stdout_text.find('\n'));
}

TestDisk test_disk() {
    TestDisk disk;
    disk.path = base::Path(GOLDSMITH_BINARY_DIR) / "test-guest.raw";
    disk.root = {0, kDiskBytes, "ext4"};
    for (const char* program : {"mmdebstrap", "mke2fs", "tar"}) {
        if (!base::find_program(program)) {
            disk.skip_reason = std::string("no guest disk can be made: ") + program + " is missing";
            return disk;
        }
    }
    const auto lock = base::FileLock::acquire(disk.path.string() + ".lock");
    if (!std::filesystem::exists(disk.path)) {
        try {
            make_disk(disk.path);
        } catch (const base::Error& error) {
            disk.skip_reason = std::string("no guest disk can be made: ") + error.what();
        }
    }
    return disk;
}

}  // namespace goldsmith::instances
