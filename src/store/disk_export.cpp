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

void write_qcow2(const CachedDisk& disk, const std::filesystem::path& path) {
    NewFile file(path);
    base::run_checked(convert({"-c", "-o", "compression_type=zstd", "-f", disk.format(), "-O",
                               "qcow2", disk.path().string(), file.temporary().string()}));
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

// Nothing if the bytes cannot be taken out of the file directly.
std::optional<ImageFileMap> map_directly(const std::filesystem::path& path,
                                         const std::string& format) {
    if (format != "raw" && format != "qcow2") {
        return std::nullopt;
    }
    try {
        return map_image_file(path, format);
    } catch (const UnmappableImage&) {
        return std::nullopt;
    }
}

}  // namespace

ExportResult export_disk(const RegionStore& region, DiskCache& cache, const SnapshotId& id,
                         DiskFormat format, const std::filesystem::path& path) {
    switch (format) {
        case DiskFormat::raw:
            restore(region, id, path, {.durable = true});
            break;
        case DiskFormat::qcow2:
            write_qcow2(cache.get(region, id), path);
            break;
    }
    return {path, std::filesystem::file_size(path), sha256_of(path)};
}

IngestResult import_disk(RegionStore& region, const std::filesystem::path& path,
                         const std::string& format, IngestRequest request,
                         const std::filesystem::path& scratch) {
    request.parent.reset();
    if (const auto map = map_directly(path, format)) {
        request.extents = map->allocated;
        return ingest(region, *map->disk, request);
    }
    const base::TempDir folder("import", scratch);
    const auto raw = folder.path() / "disk.raw";
    base::run_checked(convert({"-f", format, "-O", "raw", path.string(), raw.string()}));
    const base::Fd fd = base::open_file(raw, O_RDONLY);
    request.extents = data_extents(fd.get());
    return ingest(region, *open_raw_disk(raw), request);
}

}  // namespace goldsmith::store
