#include "store/disk_export.h"

#include <fcntl.h>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/process.h"
#include "store/chunk_codec.h"
#include "store/new_file.h"
#include "store/restore.h"

namespace goldsmith::store {

namespace {

// Coroutines of one conversion: qemu-img's maximum, and compression runs in a thread of its own for
// each.
constexpr const char* kCoroutines = "16";

base::Command convert(std::vector<std::string> arguments) {
    base::Command command;
    command.program = "qemu-img";
    command.arguments = {"convert", "-W", "-m", kCoroutines};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    return command;
}

base::Command qemu_img(std::vector<std::string> arguments) {
    base::Command command;
    command.program = "qemu-img";
    command.arguments = std::move(arguments);
    return command;
}

// The file gets its name only when another look at it finds it whole.
void write_converted(const CachedDisk& disk, DiskFormat format, const std::filesystem::path& path) {
    NewFile file(path);
    const std::string source = disk.path().string();
    const std::string target = file.temporary().string();
    switch (format) {
        case DiskFormat::qcow2:
            base::run_checked(convert({"-c", "-o", "compression_type=zstd", "-f", disk.format(),
                                       "-O", "qcow2", source, target}));
            base::run_checked(qemu_img({"check", "-q", "-f", "qcow2", target}));
            break;
        case DiskFormat::vmdk:
            base::run_checked(convert({"-o", "subformat=streamOptimized", "-f", disk.format(), "-O",
                                       "vmdk", source, target}));
            base::run_checked(qemu_img({"check", "-q", "-f", "vmdk", target}));
            break;
        case DiskFormat::vhd:
            // Without force_size the disk would be rounded to cylinders. There is no check for
            // VHDs.
            base::run_checked(convert({"-o", "subformat=dynamic,force_size=on", "-f", disk.format(),
                                       "-O", "vpc", source, target}));
            base::run_checked(
                qemu_img({"compare", "-q", "-f", disk.format(), "-F", "vpc", source, target}));
            break;
        case DiskFormat::raw:
            break;
    }
    file.publish(true);
}

std::string sha256_of(const std::filesystem::path& path) {
    const base::Fd fd = base::open_file(path, O_RDONLY);
    base::Sha256 hash;
    Bytes buffer(1 << 20);
    std::uint64_t left = std::filesystem::file_size(path);
    for (std::uint64_t at = 0; left > 0;) {
        const auto part = std::min<std::uint64_t>(left, buffer.size());
        base::read_exactly_at(fd.get(), buffer.data(), part, at);
        hash.update(buffer.data(), part);
        at += part;
        left -= part;
    }
    return base::to_hex(hash.finish());
}

}  // namespace

ExportResult export_disk(const RegionStore& region, DiskCache& cache, const SnapshotId& id,
                         DiskFormat format, const std::filesystem::path& path) {
    switch (format) {
        case DiskFormat::raw:
            restore(region, id, path, {.durable = true});
            break;
        case DiskFormat::qcow2:
        case DiskFormat::vmdk:
        case DiskFormat::vhd:
            write_converted(cache.get(region, id), format, path);
            break;
    }
    return {path, std::filesystem::file_size(path), sha256_of(path)};
}

}  // namespace goldsmith::store
