#include "store/pack_reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/files.h"
#include "store/errors.h"

namespace goldsmith::store {

namespace {

Bytes read_at(int fd, std::uint64_t offset, std::uint64_t size) {
    Bytes bytes(size);
    base::read_exactly_at(fd, bytes.data(), bytes.size(), offset);
    return bytes;
}

std::optional<std::vector<PackEntry>> read_index(int fd, std::uint64_t file_bytes) {
    if (file_bytes < kFileHeaderBytes + kFooterBytes ||
        !is_file_header(read_at(fd, 0, kFileHeaderBytes))) {
        return std::nullopt;
    }
    const auto footer =
        decode_footer(read_at(fd, file_bytes - kFooterBytes, kFooterBytes), file_bytes);
    if (!footer) {
        return std::nullopt;
    }
    return decode_index(read_at(fd, footer->index_offset, footer->entry_count * kIndexEntryBytes),
                        *footer);
}

std::vector<PackEntry> scan_records(int fd, std::uint64_t file_bytes) {
    std::vector<PackEntry> entries;
    std::uint64_t at = kFileHeaderBytes;
    while (at + kRecordHeaderBytes <= file_bytes) {
        const auto header = decode_record_header(read_at(fd, at, kRecordHeaderBytes));
        if (!header) {
            break;
        }
        const PackEntry entry{header->id, at, header->stored_bytes, header->plain_bytes};
        if (entry.record_bytes() > file_bytes - at) {
            break;
        }
        entries.push_back(entry);
        at += entry.record_bytes();
    }
    return entries;
}

}  // namespace

std::optional<PackInfo> read_pack_info(const std::filesystem::path& path) {
    const base::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        throw base::SystemError("open the pack " + path.string());
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) {
        throw base::SystemError("read the size of the pack " + path.string());
    }
    PackInfo pack;
    pack.name = path.stem().string();
    pack.path = path;
    pack.file_bytes = static_cast<std::uint64_t>(status.st_size);
    pack.modified_ms = status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1'000'000;
    auto entries = read_index(fd.get(), pack.file_bytes);
    pack.damaged = !entries;
    pack.entries = entries ? std::move(*entries) : scan_records(fd.get(), pack.file_bytes);
    return pack;
}

Record read_record(int fd, const PackInfo& pack, const PackEntry& entry) {
    Bytes whole;
    try {
        whole = read_at(fd, entry.offset, entry.record_bytes());
    } catch (const std::exception&) {
        std::throw_with_nested(
            ChunkCorrupt(describe_corrupt(entry.id, pack, "its record cannot be read")));
    }
    const auto header = decode_record_header(ByteView(whole).first(kRecordHeaderBytes));
    if (!header || header->id != entry.id || header->stored_bytes != entry.stored_bytes ||
        header->plain_bytes != entry.plain_bytes) {
        throw ChunkCorrupt(
            describe_corrupt(entry.id, pack, "its record's header is not what the index says"));
    }
    whole.erase(whole.begin(), whole.begin() + kRecordHeaderBytes);
    return {*header, std::move(whole)};
}

std::string describe_corrupt(const ChunkId& id, const PackInfo& pack, const std::string& reason) {
    return "chunk " + id.hex() + " in pack " + pack.path.string() + " is damaged: " + reason;
}

}  // namespace goldsmith::store
