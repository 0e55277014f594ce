// VMDK: one file with a sparse extent (monolithicSparse) or a compressed one (streamOptimized), as
// VMware's "Virtual Disk Format 5.0" describes them. Descriptors that stand alone or name other
// files are refused: what they name could be any file of this host. Numbers are little-endian.
#include <algorithm>
#include <sstream>
#include <unordered_set>

#include "disk_images/header_check.h"
#include "disk_images/refusal.h"

namespace goldsmith::disk_images {

namespace {

constexpr std::uint64_t kSector = 512;
constexpr std::uint64_t kMaxDescriptor = 1 << 20;
constexpr std::uint64_t kMaxDirectoryBytes = 64ULL << 20;
constexpr std::uint64_t kDirectoryAtEnd = 0xffffffffffffffffULL;
constexpr std::uint32_t kHasZeroGrains = 1U << 2;
constexpr std::uint32_t kCompressed = 1U << 16;
constexpr std::uint32_t kMarkers = 1U << 17;

struct Header {
    std::uint32_t version = 0;
    std::uint32_t flags = 0;
    std::uint64_t capacity = 0;  // in sectors, as all that follows
    std::uint64_t grain = 0;
    std::uint64_t descriptor_offset = 0;
    std::uint64_t descriptor_size = 0;
    std::uint32_t entries_per_table = 0;
    std::uint64_t directory_offset = 0;
    unsigned compression = 0;

    bool compressed() const { return (flags & kCompressed) != 0; }
};

Header read_header(const ImageBytes& file, std::uint64_t at) {
    const Bytes bytes = file.read(at, kSector, "the VMDK header");
    if (big<std::uint32_t>(bytes, 0) != 0x4b444d56) {  // "KDMV"
        throw ImageRefused(
            "the VMDK has no header where one should stand: it is truncated or "
            "corrupt");
    }
    Header header;
    header.version = little<std::uint32_t>(bytes, 4);
    header.flags = little<std::uint32_t>(bytes, 8);
    header.capacity = little<std::uint64_t>(bytes, 12);
    header.grain = little<std::uint64_t>(bytes, 20);
    header.descriptor_offset = little<std::uint64_t>(bytes, 28);
    header.descriptor_size = little<std::uint64_t>(bytes, 36);
    header.entries_per_table = little<std::uint32_t>(bytes, 44);
    header.directory_offset = little<std::uint64_t>(bytes, 56);
    header.compression = little<std::uint16_t>(bytes, 77);
    return header;
}

// Sectors as bytes; what would overflow is beyond the end of every file.
std::uint64_t bytes_of(std::uint64_t sectors) {
    return sectors > (1ULL << 54) ? 1ULL << 63 : sectors * kSector;
}

void check_header_numbers(const Header& header, const Limits& limits) {
    if (header.version < 1 || header.version > 3) {
        throw ImageRefused("VMDK version " + std::to_string(header.version) + " is not supported");
    }
    if (header.capacity == 0) {
        // qemu would take this for a descriptor that names its extents by file.
        throw ImageRefused(
            "the VMDK holds no disk, only references to other files, which are "
            "never opened");
    }
    require_size(bytes_of(header.capacity), limits);
    if (header.grain < 8 || header.grain > 4096 || (header.grain & (header.grain - 1)) != 0 ||
        header.entries_per_table == 0 || header.entries_per_table > 512) {
        throw ImageRefused("the VMDK header is corrupt: grains of " + std::to_string(header.grain) +
                           " sectors, tables of " + std::to_string(header.entries_per_table) +
                           " entries");
    }
    if (header.compressed() && header.compression != 1) {
        throw ImageRefused("the VMDK is compressed in a way that is not supported");
    }
}

std::string trimmed(const std::string& text) {
    const auto begin = text.find_first_not_of(" \t\r");
    const auto end = text.find_last_not_of(" \t\r");
    return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

std::string unquoted(const std::string& text) {
    return text.size() >= 2 && text.front() == '"' && text.back() == '"'
               ? text.substr(1, text.size() - 2)
               : text;
}

// `RW 4192256 SPARSE "disk.vmdk"`
bool is_extent_line(const std::string& line) {
    return line.starts_with("RW ") || line.starts_with("RDONLY ") || line.starts_with("NOACCESS ");
}

void check_extent_line(const std::string& line) {
    std::istringstream words(line);
    std::string access;
    std::string sectors;
    std::string type;
    words >> access >> sectors >> type;
    const auto begin = line.find('"');
    const auto end = line.rfind('"');
    const std::string name =
        begin != std::string::npos && end > begin ? line.substr(begin + 1, end - begin - 1) : "";
    if (type != "SPARSE" || name.find_first_of("/\\") != std::string::npos) {
        throw ImageRefused("the VMDK refers to another file (extent " + in_quotes(line) +
                           "), which is never opened; make it stand alone with 'qemu-img convert "
                           "-O vmdk'");
    }
}

void check_setting(const std::string& key, const std::string& value) {
    if (key == "createType" && value != "monolithicSparse" && value != "streamOptimized") {
        throw ImageRefused("VMDKs of type " + in_quotes(value) +
                           " consist of several files; monolithicSparse and streamOptimized are "
                           "taken");
    }
    if (key == "parentFileNameHint" ||
        (key == "parentCID" && value != "ffffffff" && value != "FFFFFFFF")) {
        throw ImageRefused("the VMDK refers to another file (its parent " + in_quotes(value) +
                           "), which is never opened; merge it into one disk first");
    }
}

void check_descriptor(const std::string& text) {
    std::istringstream lines(text.substr(0, text.find('\0')));
    unsigned extents = 0;
    for (std::string raw; std::getline(lines, raw);) {
        const std::string line = trimmed(raw);
        const auto equals = line.find('=');
        if (is_extent_line(line)) {
            check_extent_line(line);
            ++extents;
        } else if (equals != std::string::npos && !line.starts_with("#")) {
            check_setting(trimmed(line.substr(0, equals)),
                          unquoted(trimmed(line.substr(equals + 1))));
        }
    }
    if (extents > 1) {
        throw ImageRefused("the VMDK consists of " + std::to_string(extents) +
                           " files; one that stands alone is taken");
    }
    // qemu looks for these two anywhere in the text, not only at the start of a line.
    for (const char* key : {"parentFileNameHint=", "parentFileNameHint ="}) {
        if (text.find(key) != std::string::npos) {
            throw ImageRefused(
                "the VMDK refers to another file (its parent), which is never "
                "opened");
        }
    }
}

// What the grain tables refer to. Each table is read once, so the work is bounded by the file.
class Allocation {
public:
    Allocation(const ImageBytes& file, const Header& header) : file_(file), header_(header) {}

    void walk() {
        const std::uint64_t per_table = header_.grain * header_.entries_per_table;
        const std::uint64_t tables = (header_.capacity - 1) / per_table + 1;
        if (tables * 4 > kMaxDirectoryBytes) {
            throw ImageRefused(
                "the VMDK's grain directory is too large: " + std::to_string(tables) + " entries");
        }
        const Bytes directory =
            file_.read(bytes_of(header_.directory_offset), tables * 4, "the grain directory");
        for (std::uint64_t i = 0; i < tables; ++i) {
            const auto table = little<std::uint32_t>(directory, i * 4);
            if (table == 0) {
                continue;
            }
            if (!seen_.insert(table).second) {
                throw ImageRefused("the VMDK is corrupt: a grain table is used twice");
            }
            walk_table(i * header_.entries_per_table,
                       file_.read(bytes_of(table), std::uint64_t{header_.entries_per_table} * 4,
                                  "a grain table"));
        }
    }

    std::uint64_t bytes() const { return grains_ * bytes_of(header_.grain); }

private:
    void walk_table(std::uint64_t first, const Bytes& table) {
        for (std::uint64_t i = 0; i < header_.entries_per_table; ++i) {
            const auto sector = little<std::uint32_t>(table, i * 4);
            const bool zeros = sector == 1 && (header_.flags & kHasZeroGrains) != 0;
            if (sector != 0 && !zeros) {
                check_grain(first + i, bytes_of(sector));
                ++grains_;
            }
        }
    }

    void check_grain(std::uint64_t index, std::uint64_t offset) const {
        const std::uint64_t begin = index * header_.grain;
        if (begin >= header_.capacity) {
            return;  // never read
        }
        if (!header_.compressed()) {
            const std::uint64_t used = std::min(header_.grain, header_.capacity - begin);
            if (!file_.holds(offset, bytes_of(used))) {
                file_.read(offset, file_.size() + 1, "a grain of data");  // throws
            }
            return;
        }
        // With markers the number of the sector stands before the length of the data.
        const std::size_t head = (header_.flags & kMarkers) != 0 ? 12 : 4;
        const Bytes marker = file_.read(offset, head, "a compressed grain");
        const auto length = little<std::uint32_t>(marker, head - 4);
        if (length == 0 || length > 2 * bytes_of(header_.grain) ||
            !file_.holds(offset + head, length)) {
            throw ImageRefused("the VMDK is truncated or corrupt: a compressed grain of " +
                               std::to_string(length) + " bytes at byte " + std::to_string(offset));
        }
    }

    const ImageBytes& file_;
    const Header& header_;
    std::unordered_set<std::uint32_t> seen_;
    std::uint64_t grains_ = 0;
};

// A stream ends with: footer marker, the header once more, end-of-stream marker.
Header read_footer(const ImageBytes& file) {
    if (file.size() < 3 * kSector) {
        throw ImageRefused("the VMDK is truncated: the footer of the stream is missing");
    }
    return read_header(file, file.size() - 2 * kSector);
}

}  // namespace

CheckedImage check_vmdk(const ImageBytes& file, const Limits& limits) {
    const Bytes magic = file.read(0, 4, "the VMDK header");
    const auto first = big<std::uint32_t>(magic, 0);
    if (first != 0x4b444d56) {
        throw ImageRefused(first == 0x434f5744
                               ? "VMDKs of ESX (COWD) are not supported; convert it to "
                                 "monolithicSparse or streamOptimized"
                               : "the VMDK is a descriptor that names other files, which are "
                                 "never opened; one that stands alone is taken (monolithicSparse "
                                 "or streamOptimized)");
    }
    Header header = read_header(file, 0);
    check_header_numbers(header, limits);
    if (header.descriptor_offset != 0) {
        const std::uint64_t length = bytes_of(header.descriptor_size);
        if (length > kMaxDescriptor) {
            throw ImageRefused("the VMDK's descriptor is too large");
        }
        const Bytes text =
            file.read(bytes_of(header.descriptor_offset), length, "the VMDK descriptor");
        check_descriptor({text.begin(), text.end()});
    }
    if (header.directory_offset == kDirectoryAtEnd) {
        const std::uint64_t capacity = header.capacity;
        header = read_footer(file);
        check_header_numbers(header, limits);
        if (header.capacity != capacity || header.directory_offset == kDirectoryAtEnd) {
            throw ImageRefused("the VMDK's header and footer do not agree: it is corrupt");
        }
    }
    Allocation allocation(file, header);
    allocation.walk();
    const std::uint64_t size = bytes_of(header.capacity);
    const std::uint64_t stored = header.compressed() ? 0 : allocation.bytes();
    const std::uint64_t compressed = header.compressed() ? allocation.bytes() : 0;
    return {size, require_expansion(file, size, stored, compressed, limits)};
}

}  // namespace goldsmith::disk_images
