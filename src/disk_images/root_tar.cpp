#include "disk_images/root_tar.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "disk_images/archive.h"
#include "disk_images/refusal.h"

namespace goldsmith::disk_images {

namespace {

constexpr std::uint64_t kMib = 1 << 20;
constexpr std::uint64_t kMaxMembers = 4'000'000;
constexpr std::uint64_t kPartitionOffset = kMib;
// What ext4 needs besides content: an inode and part of a block for each file, a journal.
constexpr std::uint64_t kPerMember = 4608;

constexpr const char* kArchive = "/source/archive";
constexpr const char* kWork = "/work";

void check_name(const std::string& name) {
    const base::Path path(name);
    const bool leads_up = std::find(path.begin(), path.end(), "..") != path.end();
    if (name.empty() || leads_up) {
        throw ImageRefused("the archive has a member " + in_quotes(name) +
                           " whose name leads out of it");
    }
}

// The first folder of "./usr/bin/env" is "usr".
std::string top_of(const std::string& name) {
    for (const base::Path& part : base::Path(name)) {
        if (part != "." && part != "/" && !part.empty()) {
            return part.string();
        }
    }
    return "";
}

std::uint64_t rounded_up(std::uint64_t bytes, std::uint64_t unit) {
    return (bytes + unit - 1) / unit * unit;
}

}  // namespace

TarContent check_root_tar(const base::Path& tar, const Limits& limits, std::stop_token stop) {
    const std::uint64_t own = std::filesystem::file_size(tar);
    const std::uint64_t most = std::min(limits.virtual_bytes / 2,
                                        std::max(limits.expansion_bytes, own * limits.expansion));
    ArchiveReader archive(tar, ArchiveReader::Compression::any);
    TarContent content;
    std::set<std::string> tops;
    while (archive.next()) {
        if (stop.stop_requested()) {
            throw base::Error("stopped on request");
        }
        check_name(archive.name());
        ++content.members;
        // Each number alone first: their sum could overflow.
        if (archive.size() > most || (content.bytes += archive.size()) > most) {
            throw ImageRefused("the archive's " + std::to_string(own) +
                               " bytes would expand to more than " + std::to_string(most));
        }
        if (content.members > kMaxMembers) {
            throw ImageRefused("the archive has more than " + std::to_string(kMaxMembers) +
                               " members");
        }
        tops.insert(top_of(archive.name()));
    }
    if (!tops.contains("etc") || !tops.contains("usr")) {
        throw ImageRefused("the archive holds no root file system: there is no /etc or no /usr");
    }
    return content;
}

std::uint64_t disk_bytes_for(const TarContent& content) {
    const std::uint64_t used = content.bytes + content.members * kPerMember;
    // Room to work in: builds install things. It costs nothing while it is empty.
    return rounded_up(used + used / 4 + 2048 * kMib, 1024 * kMib);
}

base::Command unpack_command() {
    base::Command command;
    command.program = "tar";
    command.arguments = {"--extract", std::string("--file=") + kArchive, "--directory",
                         std::string(kWork) + "/tree", "--numeric-owner", "--same-owner",
                         "--same-permissions", "--delay-directory-restore", "--xattrs",
                         "--xattrs-include=security.capability",
                         // Device nodes are the guest's own to make.
                         "--exclude=dev/*", "--exclude=./dev/*", "--exclude=/dev/*"};
    return command;
}

base::Command make_file_system_command(std::uint64_t disk_bytes) {
    // The end of the disk belongs to the backup of the partition table.
    const std::uint64_t bytes = disk_bytes - 2 * kMib;
    base::Command command;
    command.program = "mke2fs";
    command.arguments = {"-q",
                         "-F",
                         "-t",
                         "ext4",
                         "-L",
                         "root",
                         "-E",
                         "offset=" + std::to_string(kPartitionOffset) + ",nodiscard",
                         "-d",
                         std::string(kWork) + "/tree",
                         std::string(kWork) + "/disk",
                         std::to_string(bytes / 1024) + "k"};
    return command;
}

void disk_of_root_tar(const base::Path& tar, const TarContent& content, const base::Path& folder,
                      const base::Path& disk, std::stop_token stop) {
    if (::geteuid() != 0) {
        throw ImageRefused(
            "making a disk of a root file system needs root, because its files have owners; run "
            "this as root");
    }
    require_free_space(folder, 2 * (content.bytes + content.members * kPerMember));
    base::make_directories(folder / "tree");
    const std::uint64_t bytes = disk_bytes_for(content);
    {
        const base::Fd fd = base::open_file(folder / "disk", O_RDWR | O_CREAT | O_EXCL, 0600);
        if (::ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0) {
            throw base::SystemError("set the size of " + (folder / "disk").string());
        }
    }
    Sandbox sandbox;
    sandbox.mounts = {{std::filesystem::absolute(tar), kArchive, false},
                      {std::filesystem::absolute(folder), kWork, true}};
    sandbox.largest_file_bytes = bytes;
    sandbox.cpu_time = std::chrono::seconds(300 + static_cast<std::int64_t>(content.bytes / kMib));
    sandbox.keeps_owners = true;
    base::RunOptions options;
    options.stop = stop;
    options.keep_bytes = 64 << 10;
    run_sandboxed(unpack_command(), sandbox, options);
    // Before the file system, which is larger than what sfdisk would wipe.
    base::Command partition;
    partition.program = "sfdisk";
    partition.arguments = {"-q", "--no-reread", "--no-tell-kernel", std::string(kWork) + "/disk"};
    options.stdin_text =
        "label: gpt\nstart=2048, size=" + std::to_string((bytes - 2 * kMib) / 512) +
        ", type=4f68bce3-e8cd-4db1-96e7-fbcaf984b709, name=root\n";
    run_sandboxed(partition, sandbox, options);
    options.stdin_text.clear();
    run_sandboxed(make_file_system_command(bytes), sandbox, options);
    base::remove_tree(folder / "tree");
    std::filesystem::rename(folder / "disk", disk);
}

}  // namespace goldsmith::disk_images
