// qcow2, as qemu's docs/interop/qcow2.txt describes it. All numbers are big-endian.
#include <algorithm>
#include <bit>
#include <unordered_set>

#include "disk_images/header_check.h"
#include "disk_images/refusal.h"

namespace goldsmith::disk_images {

namespace {

constexpr std::uint64_t kMaxL1Bytes = 32ULL << 20;  // qemu's own limit
constexpr std::uint64_t kMaxRefcountTableBytes = 8ULL << 20;
constexpr std::uint32_t kMaxSnapshots = 1024;

constexpr std::uint64_t kCorrupt = 1ULL << 1;
constexpr std::uint64_t kExternalData = 1ULL << 2;
constexpr std::uint64_t kExtendedL2 = 1ULL << 4;
// Dirty (refcounts, which reading does not use), corrupt, external data, compression type,
// extended L2 entries.
constexpr std::uint64_t kKnownFeatures = (1ULL << 5) - 1;

constexpr std::uint32_t kExtensionDataFile = 0x44415441;
constexpr std::uint32_t kExtensionEncryption = 0x0537be77;

constexpr std::uint64_t kOffsetMask = 0x00fffffffffffe00ULL;
constexpr std::uint64_t kCompressed = 1ULL << 62;

struct Header {
    std::uint32_t version = 0;
    std::uint64_t backing_offset = 0;
    std::uint32_t backing_length = 0;
    unsigned cluster_bits = 0;
    std::uint64_t size = 0;
    std::uint32_t encryption = 0;
    std::uint32_t l1_entries = 0;
    std::uint64_t l1_offset = 0;
    std::uint64_t refcount_offset = 0;
    std::uint32_t refcount_clusters = 0;
    std::uint32_t snapshots = 0;
    std::uint64_t snapshots_offset = 0;
    std::uint64_t features = 0;
    std::uint32_t header_length = 72;

    std::uint64_t cluster() const { return 1ULL << cluster_bits; }
    std::uint64_t l2_entry_bytes() const { return (features & kExtendedL2) != 0 ? 16 : 8; }
};

Header read_header(const ImageBytes& file) {
    const Bytes bytes = file.read(0, 72, "the qcow2 header");
    Header header;
    header.version = big<std::uint32_t>(bytes, 4);
    header.backing_offset = big<std::uint64_t>(bytes, 8);
    header.backing_length = big<std::uint32_t>(bytes, 16);
    header.cluster_bits = big<std::uint32_t>(bytes, 20);
    header.size = big<std::uint64_t>(bytes, 24);
    header.encryption = big<std::uint32_t>(bytes, 32);
    header.l1_entries = big<std::uint32_t>(bytes, 36);
    header.l1_offset = big<std::uint64_t>(bytes, 40);
    header.refcount_offset = big<std::uint64_t>(bytes, 48);
    header.refcount_clusters = big<std::uint32_t>(bytes, 56);
    header.snapshots = big<std::uint32_t>(bytes, 60);
    header.snapshots_offset = big<std::uint64_t>(bytes, 64);
    if (header.version == 3) {
        const Bytes more = file.read(72, 32, "the qcow2 header");
        header.features = big<std::uint64_t>(more, 0);
        header.header_length = big<std::uint32_t>(more, 28);
    }
    return header;
}

[[noreturn]] void refuse_reference(const ImageBytes& file, std::uint64_t offset,
                                   std::uint64_t length, const char* what) {
    const Bytes name = file.read_some(offset, std::min<std::uint64_t>(length, 1023));
    throw ImageRefused(std::string("the qcow2 image refers to another file (") + what + " " +
                       in_quotes({reinterpret_cast<const char*>(name.data()), name.size()}) +
                       "), which is never opened; make it stand alone with 'qemu-img convert "
                       "-O qcow2'");
}

// Header extensions end with a zero type, or where the backing file's name or the first cluster
// ends.
void check_extensions(const ImageBytes& file, const Header& header) {
    std::uint64_t at = header.header_length;
    while (at + 8 <= header.cluster()) {
        const Bytes entry = file.read(at, 8, "a qcow2 header extension");
        const auto type = big<std::uint32_t>(entry, 0);
        const auto length = big<std::uint32_t>(entry, 4);
        if (type == 0) {
            return;
        }
        if (type == kExtensionDataFile) {
            refuse_reference(file, at + 8, length, "external data file");
        }
        if (type == kExtensionEncryption) {
            throw ImageRefused("the qcow2 image is encrypted (LUKS)");
        }
        at += 8 + (std::uint64_t{length} + 7) / 8 * 8;
    }
    if (at > header.cluster()) {
        throw ImageRefused(
            "the qcow2 header is corrupt: its extensions go beyond the first "
            "cluster");
    }
}

void check_features(const Header& header) {
    if (header.version != 2 && header.version != 3) {
        throw ImageRefused("qcow2 version " + std::to_string(header.version) + " is not supported");
    }
    if (header.cluster_bits < 9 || header.cluster_bits > 21) {
        throw ImageRefused("the qcow2 header is corrupt: clusters of 2^" +
                           std::to_string(header.cluster_bits) + " bytes");
    }
    if (header.encryption != 0) {
        throw ImageRefused("the qcow2 image is encrypted");
    }
    if ((header.features & kCorrupt) != 0) {
        throw ImageRefused(
            "the qcow2 image is marked as corrupt; 'qemu-img check -r all' may help");
    }
    if ((header.features & ~kKnownFeatures) != 0) {
        throw ImageRefused("the qcow2 image uses features that are not supported (bits " +
                           std::to_string(header.features & ~kKnownFeatures) + ")");
    }
    if (header.version == 3 && (header.header_length < 104 || header.header_length % 8 != 0 ||
                                header.header_length > header.cluster())) {
        throw ImageRefused("the qcow2 header is corrupt: it says that it is " +
                           std::to_string(header.header_length) + " bytes long");
    }
}

void check_tables(const ImageBytes& file, const Header& header) {
    const std::uint64_t per_l2 = header.cluster() / header.l2_entry_bytes();
    const std::uint64_t per_l1_entry = per_l2 * header.cluster();
    const std::uint64_t needed = (header.size - 1) / per_l1_entry + 1;
    const std::uint64_t l1_bytes = std::uint64_t{header.l1_entries} * 8;
    if (l1_bytes > kMaxL1Bytes) {
        throw ImageRefused("the qcow2 image's L1 table is too large: " + std::to_string(l1_bytes) +
                           " bytes");
    }
    if (header.l1_entries < needed) {
        throw ImageRefused("the qcow2 header is corrupt: its L1 table is too short for the disk");
    }
    const std::uint64_t refcount_bytes = header.refcount_clusters * header.cluster();
    if (refcount_bytes > kMaxRefcountTableBytes) {
        throw ImageRefused("the qcow2 image's refcount table is too large: " +
                           std::to_string(refcount_bytes) + " bytes");
    }
    if (header.l1_offset % header.cluster() != 0 ||
        header.refcount_offset % header.cluster() != 0) {
        throw ImageRefused("the qcow2 header is corrupt: a table is not aligned to clusters");
    }
    if (!file.holds(header.refcount_offset, std::min(refcount_bytes, header.cluster()))) {
        file.read(header.refcount_offset, refcount_bytes, "the refcount table");  // throws
    }
    if (header.snapshots > kMaxSnapshots) {
        throw ImageRefused("the qcow2 image has " + std::to_string(header.snapshots) +
                           " internal snapshots; at most " + std::to_string(kMaxSnapshots) +
                           " are taken");
    }
    if (header.snapshots > 0) {
        file.read(header.snapshots_offset, std::uint64_t{header.snapshots} * 40,
                  "the snapshot table");
    }
}

// What the L2 tables refer to. Each table is read once, so that the work is bounded by the file.
class Allocation {
public:
    Allocation(const ImageBytes& file, const Header& header) : file_(file), header_(header) {}

    void walk() {
        const Bytes l1 =
            file_.read(header_.l1_offset, std::uint64_t{header_.l1_entries} * 8, "the L1 table");
        for (std::uint64_t i = 0; i < header_.l1_entries; ++i) {
            const std::uint64_t offset = big<std::uint64_t>(l1, i * 8) & kOffsetMask;
            if (offset == 0) {
                continue;
            }
            if (offset % header_.cluster() != 0 || !seen_.insert(offset).second) {
                throw ImageRefused(
                    "the qcow2 image is corrupt: an L2 table is not aligned or "
                    "is used twice");
            }
            walk_table(i, file_.read(offset, header_.cluster(), "an L2 table"));
        }
    }

    std::uint64_t stored() const { return stored_ * header_.cluster(); }
    std::uint64_t compressed() const { return compressed_ * header_.cluster(); }

private:
    void walk_table(std::uint64_t l1_index, const Bytes& table) {
        const std::uint64_t step = header_.l2_entry_bytes();
        const std::uint64_t first = l1_index * (table.size() / step);
        for (std::uint64_t i = 0; i < table.size() / step; ++i) {
            const auto entry = big<std::uint64_t>(table, i * step);
            if ((entry & kCompressed) != 0) {
                check_compressed(entry);
            } else if ((entry & kOffsetMask) != 0) {
                check_stored(entry & kOffsetMask, first + i, used_bytes(table, i));
            }
        }
    }

    void check_compressed(std::uint64_t entry) {
        const unsigned offset_bits = 62 - (header_.cluster_bits - 8);
        const std::uint64_t offset = entry & ((1ULL << offset_bits) - 1);
        const std::uint64_t sectors = (entry & (kCompressed - 1)) >> offset_bits;
        // The data ends somewhere in the last sector, which the file may end in.
        const std::uint64_t last = (offset / 512 + sectors) * 512;
        if (offset >= file_.size() || last >= file_.size()) {
            file_.read(offset, file_.size() + 1, "a compressed cluster");  // throws
        }
        ++compressed_;
    }

    // With extended entries a cluster may end where its last allocated part (of 32) does.
    std::uint64_t used_bytes(const Bytes& table, std::uint64_t index) const {
        if (header_.l2_entry_bytes() == 8) {
            return header_.cluster();
        }
        const auto allocated =
            static_cast<std::uint32_t>(big<std::uint64_t>(table, index * 16 + 8));
        return static_cast<std::uint64_t>(std::bit_width(allocated)) * (header_.cluster() / 32);
    }

    void check_stored(std::uint64_t offset, std::uint64_t guest_cluster, std::uint64_t most) {
        if (offset % header_.cluster() != 0) {
            throw ImageRefused("the qcow2 image is corrupt: a cluster is not aligned");
        }
        const std::uint64_t begin = guest_cluster * header_.cluster();
        // Beyond the end of the disk nothing is read; the disk's last cluster may be a partial one.
        if (begin < header_.size) {
            const std::uint64_t used = std::min(most, header_.size - begin);
            if (!file_.holds(offset, used)) {
                file_.read(offset, file_.size() + 1, "a cluster of data");  // throws
            }
        }
        ++stored_;
    }

    const ImageBytes& file_;
    const Header& header_;
    std::unordered_set<std::uint64_t> seen_;
    std::uint64_t stored_ = 0;
    std::uint64_t compressed_ = 0;
};

}  // namespace

CheckedImage check_qcow2(const ImageBytes& file, const Limits& limits) {
    const Header header = read_header(file);
    check_features(header);
    if (header.backing_offset != 0) {
        refuse_reference(file, header.backing_offset, header.backing_length, "backing file");
    }
    if ((header.features & kExternalData) != 0) {
        check_extensions(file, header);  // names the file, if it can
        refuse_reference(file, 0, 0, "external data file");
    }
    check_extensions(file, header);
    require_size(header.size, limits);
    check_tables(file, header);
    Allocation allocation(file, header);
    allocation.walk();
    return {header.size, require_expansion(file, header.size, allocation.stored(),
                                           allocation.compressed(), limits)};
}

}  // namespace goldsmith::disk_images
