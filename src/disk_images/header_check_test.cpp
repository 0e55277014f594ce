// Every format as qemu-img makes it is taken; every hostile variation of it is refused with its
// reason. qemu-img only makes the images here: the checks open nothing but the file.
#include "disk_images/header_check.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/process.h"
#include "base/random.h"
#include "disk_images/refusal.h"

namespace goldsmith::disk_images {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kMib = 1 << 20;

void qemu_img(std::vector<std::string> arguments) {
    base::Command command;
    command.program = "qemu-img";
    command.arguments = std::move(arguments);
    base::run_checked(command);
}

class HeaderCheck : public ::testing::Test {
protected:
    HeaderCheck() {
        const base::Fd fd = base::open_file(raw_, O_RDWR | O_CREAT);
        EXPECT_EQ(::ftruncate(fd.get(), 16 * kMib), 0);
        std::string noise(3 * kMib, '\0');
        base::SeededRandom(1).fill(noise.data(), noise.size());
        base::write_exactly_at(fd.get(), noise.data(), noise.size(), 5 * kMib + 4096);
    }

    base::Path make(const std::string& format, const std::string& name,
                    std::vector<std::string> more = {}) {
        const base::Path path = dir_.path() / name;
        std::vector<std::string> arguments{"convert", "-f", "raw", "-O", format};
        arguments.insert(arguments.end(), more.begin(), more.end());
        arguments.push_back(raw_.string());
        arguments.push_back(path.string());
        qemu_img(arguments);
        return path;
    }

    static CheckedImage check(const base::Path& path, Limits limits = {}) {
        const FileBytes file(path);
        return check_header(file, recognise(file, path.filename().string(), std::nullopt), limits);
    }

    /// Why it is refused; empty: it is taken.
    static std::string refusal(const base::Path& path, Limits limits = {}) {
        try {
            check(path, limits);
            return "";
        } catch (const ImageRefused& refused) {
            return refused.what();
        }
    }

    static void overwrite(const base::Path& path, std::uint64_t offset, const std::string& bytes) {
        const base::Fd fd = base::open_file(path, O_RDWR);
        base::write_exactly_at(fd.get(), bytes.data(), bytes.size(), offset);
    }

    static void cut(const base::Path& path, std::uint64_t by) {
        std::filesystem::resize_file(path, std::filesystem::file_size(path) - by);
    }

    base::TempDir dir_;
    base::Path raw_ = dir_.path() / "disk.raw";
};

std::string big_number(std::uint64_t value, unsigned bytes) {
    std::string text;
    for (unsigned i = bytes; i-- > 0;) {
        text += static_cast<char>(value >> (8 * i));
    }
    return text;
}

std::string little_number(std::uint64_t value, unsigned bytes) {
    std::string text = big_number(value, bytes);
    return {text.rbegin(), text.rend()};
}

struct Made {
    const char* format;
    const char* name;
    std::vector<std::string> options;
};

TEST_F(HeaderCheck, TakesWhatQemuMakes) {
    const std::vector<Made> all{
        {"qcow2", "plain.qcow2", {}},
        {"qcow2", "old.qcow2", {"-o", "compat=0.10"}},
        {"qcow2", "zlib.qcow2", {"-c"}},
        {"qcow2", "zstd.qcow2", {"-c", "-o", "compression_type=zstd"}},
        {"qcow2", "extended.qcow2", {"-o", "extended_l2=on,cluster_size=128k"}},
        {"qcow2", "small.qcow2", {"-o", "cluster_size=512"}},
        {"qcow2", "named.img", {}},
        {"vmdk", "sparse.vmdk", {}},
        {"vmdk", "stream.vmdk", {"-o", "subformat=streamOptimized"}},
        {"vpc", "dynamic.vhd", {"-o", "force_size=on"}},
        {"vpc", "fixed.vhd", {"-o", "subformat=fixed,force_size=on"}},
        {"vhdx", "dynamic.vhdx", {}},
        {"vhdx", "fixed.vhdx", {"-o", "subformat=fixed"}},
        {"raw", "plain.img", {}},
    };
    for (const Made& made : all) {
        const base::Path path = make(made.format, made.name, made.options);
        ASSERT_EQ(refusal(path), "") << made.name;
        const CheckedImage checked = check(path);
        EXPECT_EQ(checked.virtual_bytes, 16 * kMib) << made.name;
        EXPECT_GE(checked.data_bytes, 3 * kMib) << made.name;
        EXPECT_LE(checked.data_bytes, 16 * kMib) << made.name;
    }
}

TEST_F(HeaderCheck, RefusesTruncatedFiles) {
    for (const Made& made :
         std::vector<Made>{{"qcow2", "a.qcow2", {}},
                           {"qcow2", "c.qcow2", {"-c"}},
                           {"vmdk", "a.vmdk", {}},
                           {"vmdk", "s.vmdk", {"-o", "subformat=streamOptimized"}},
                           {"vpc", "a.vhd", {}},
                           {"vpc", "f.vhd", {"-o", "subformat=fixed"}},
                           {"vhdx", "a.vhdx", {}}}) {
        const base::Path path = make(made.format, made.name, made.options);
        const auto size = std::filesystem::file_size(path);
        for (const std::uint64_t left :
             {size - kMib, size / 2, std::uint64_t{4096}, std::uint64_t{600}, std::uint64_t{40}}) {
            std::filesystem::resize_file(path, left);
            EXPECT_NE(refusal(path), "") << made.name << " cut to " << left;
        }
    }
    const base::Path path = make("qcow2", "b.qcow2", {});
    cut(path, kMib);
    EXPECT_THAT(refusal(path), HasSubstr("truncated"));
}

TEST_F(HeaderCheck, NeverOpensABackingFile) {
    // A name that would block for ever when opened, if somebody did.
    const base::Path pipe = dir_.path() / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    const base::Path path = dir_.path() / "layer.qcow2";
    qemu_img({"create", "-q", "-f", "qcow2", "-u", "-b", pipe.string(), "-F", "raw", path.string(),
              "16M"});
    EXPECT_THAT(refusal(path), HasSubstr("refers to another file (backing file '" + pipe.string()));
}

TEST_F(HeaderCheck, NeverOpensAnExternalDataFile) {
    const base::Path path = dir_.path() / "meta.qcow2";
    qemu_img({"create", "-q", "-f", "qcow2", "-o",
              "data_file=" + (dir_.path() / "elsewhere").string(), path.string(), "16M"});
    EXPECT_THAT(refusal(path), HasSubstr("external data file"));
    EXPECT_THAT(refusal(path), HasSubstr("elsewhere"));
    // Without the name, the feature alone is enough to be refused.
    overwrite(path, 104, std::string(64, '\0'));
    EXPECT_THAT(refusal(path), HasSubstr("external data file"));
}

TEST_F(HeaderCheck, RefusesWhatQcow2CannotBe) {
    const auto broken = [&](std::uint64_t offset, const std::string& bytes) {
        const base::Path path = make("qcow2", "x.qcow2");
        overwrite(path, offset, bytes);
        return refusal(path);
    };
    EXPECT_THAT(broken(4, big_number(4, 4)), HasSubstr("version 4"));
    EXPECT_THAT(broken(20, big_number(60, 4)), HasSubstr("clusters of 2^60"));
    EXPECT_THAT(broken(24, big_number(0, 8)), HasSubstr("no bytes at all"));
    EXPECT_THAT(broken(24, big_number(1ULL << 62, 8)), HasSubstr("at most 2.0 TiB"));
    EXPECT_THAT(broken(24, big_number(1ULL << 40, 8)), HasSubstr("too short for the disk"));
    EXPECT_THAT(broken(32, big_number(1, 4)), HasSubstr("encrypted"));
    EXPECT_THAT(broken(36, big_number(0x7fffffff, 4)), HasSubstr("too large"));
    EXPECT_THAT(broken(40, big_number(1ULL << 40, 8)), HasSubstr("truncated"));
    EXPECT_THAT(broken(40, big_number(0xffffffffffff0000, 8)), HasSubstr("truncated"));
    EXPECT_THAT(broken(40, big_number(77, 8)), HasSubstr("not aligned"));
    EXPECT_THAT(broken(56, big_number(0xffffffff, 4)), HasSubstr("refcount table is too large"));
    EXPECT_THAT(broken(60, big_number(70000, 4)), HasSubstr("internal snapshots"));
    EXPECT_THAT(broken(72, big_number(2, 8)), HasSubstr("marked as corrupt"));
    EXPECT_THAT(broken(72, big_number(1ULL << 40, 8)), HasSubstr("not supported"));
    EXPECT_THAT(broken(100, big_number(50000000, 4)), HasSubstr("bytes long"));
}

TEST_F(HeaderCheck, RefusesTablesThatAreUsedTwice) {
    // With small clusters there are many L2 tables; all L1 entries now name the first.
    const base::Path path = make("qcow2", "t.qcow2", {"-o", "cluster_size=512"});
    const FileBytes file(path);
    const auto l1 = big<std::uint64_t>(file.read(40, 8, "test"), 0);
    const auto count = big<std::uint32_t>(file.read(36, 4, "test"), 0);
    std::string table;
    Bytes entry;
    for (std::uint32_t i = 0; i < count; ++i) {
        const Bytes each = file.read(l1 + i * 8, 8, "test");
        if (big<std::uint64_t>(each, 0) != 0) {
            entry = each;
        }
    }
    ASSERT_EQ(entry.size(), 8U);
    for (std::uint32_t i = 0; i < count; ++i) {
        table.append(entry.begin(), entry.end());
    }
    overwrite(path, l1, table);
    EXPECT_THAT(refusal(path), HasSubstr("used twice"));
}

TEST_F(HeaderCheck, RefusesWhatWouldExpandWithoutBounds) {
    const base::Path vhd = make("vpc", "bomb.vhd");
    overwrite(raw_, 0, std::string(16 * kMib, 'A'));
    const base::Path path = make("qcow2", "bomb.qcow2", {"-c", "-o", "cluster_size=2M"});
    Limits limits;
    limits.expansion_bytes = kMib;
    limits.expansion = 1;
    EXPECT_THAT(refusal(path, limits), HasSubstr("would expand to"));
    limits.expansion = 10'000;
    EXPECT_EQ(refusal(path, limits), "");
    // Uncompressed data that is referred to more often than it is there.
    const FileBytes file(vhd);
    const auto table = big<std::uint64_t>(file.read(512 + 16, 8, "test"), 0);
    const auto entries = big<std::uint32_t>(file.read(512 + 28, 4, "test"), 0);
    ASSERT_GE(entries, 8U);
    Bytes used;
    for (std::uint64_t i = 0; i < entries; ++i) {
        const Bytes each = file.read(table + i * 4, 4, "test");
        if (big<std::uint32_t>(each, 0) != 0xffffffff) {
            used = each;
        }
    }
    ASSERT_EQ(used.size(), 4U);
    for (std::uint64_t i = 0; i < entries; ++i) {
        overwrite(vhd, table + i * 4, std::string(used.begin(), used.end()));
    }
    EXPECT_THAT(refusal(vhd), HasSubstr("more than the whole file has"));
}

TEST_F(HeaderCheck, RefusesVmdksThatNameFiles) {
    const base::Path flat = make("vmdk", "flat.vmdk", {"-o", "subformat=monolithicFlat"});
    EXPECT_THAT(refusal(flat), HasSubstr("names other files"));
    const base::Path split = make("vmdk", "split.vmdk", {"-o", "subformat=twoGbMaxExtentSparse"});
    EXPECT_THAT(refusal(split), HasSubstr("names other files"));

    const auto with_descriptor = [&](const std::string& text) {
        const base::Path path = make("vmdk", "d.vmdk");
        const FileBytes file(path);
        const auto offset = little<std::uint64_t>(file.read(28, 8, "test"), 0) * 512;
        std::string descriptor = text;
        descriptor.resize(2048, '\0');
        overwrite(path, offset, descriptor);
        return refusal(path);
    };
    const std::string head = "# Disk DescriptorFile\nversion=1\ncreateType=\"monolithicSparse\"\n";
    EXPECT_EQ(with_descriptor(head + "RW 32768 SPARSE \"d.vmdk\"\n"), "");
    EXPECT_THAT(with_descriptor(head + "RW 32768 FLAT \"/etc/shadow\" 0\n"),
                HasSubstr("/etc/shadow"));
    EXPECT_THAT(with_descriptor(head + "RW 32768 SPARSE \"../other.vmdk\"\n"),
                HasSubstr("another file"));
    EXPECT_THAT(with_descriptor(head + "RW 1 SPARSE \"a\"\nRW 1 SPARSE \"b\"\n"),
                HasSubstr("2 files"));
    EXPECT_THAT(with_descriptor(head + "parentCID=12345678\n"), HasSubstr("its parent"));
    EXPECT_THAT(with_descriptor(head + "parentFileNameHint=\"/etc/passwd\"\n"),
                HasSubstr("/etc/passwd"));
    EXPECT_THAT(with_descriptor("createType=\"vmfs\"\n"), HasSubstr("'vmfs'"));

    // qemu takes a capacity of 0 for a descriptor with extents elsewhere.
    const base::Path empty = make("vmdk", "e.vmdk");
    overwrite(empty, 12, little_number(0, 8));
    EXPECT_THAT(refusal(empty), HasSubstr("only references to other files"));
}

TEST_F(HeaderCheck, RefusesWhatVmdkCannotBe) {
    const auto broken = [&](std::uint64_t offset, const std::string& bytes) {
        const base::Path path = make("vmdk", "x.vmdk");
        overwrite(path, offset, bytes);
        return refusal(path);
    };
    EXPECT_THAT(broken(4, little_number(9, 4)), HasSubstr("version 9"));
    EXPECT_THAT(broken(12, little_number(1ULL << 60, 8)), HasSubstr("at most"));
    EXPECT_THAT(broken(20, little_number(1, 8)), HasSubstr("grains of 1 sectors"));
    EXPECT_THAT(broken(36, little_number(1ULL << 40, 8)), HasSubstr("descriptor is too large"));
    EXPECT_THAT(broken(44, little_number(0, 4)), HasSubstr("tables of 0 entries"));
    EXPECT_THAT(broken(56, little_number(1ULL << 50, 8)), HasSubstr("truncated"));
}

TEST_F(HeaderCheck, RefusesParentsAndDamageOfVhds) {
    const base::Path path = make("vpc", "x.vhd");
    overwrite(path, 60, big_number(4, 4));
    EXPECT_THAT(refusal(path), HasSubstr("differ"));
    const base::Path damaged = make("vpc", "y.vhd");
    overwrite(damaged, std::filesystem::file_size(damaged) - 512 + 48, big_number(1 << 30, 8));
    EXPECT_THAT(refusal(damaged), HasSubstr("checksum"));
    const base::Path table = make("vpc", "z.vhd");
    overwrite(table, 512 + 28, big_number(0x10000000, 4));
    EXPECT_THAT(refusal(table), HasSubstr("checksum"));
}

TEST_F(HeaderCheck, RefusesDamagedVhdxs) {
    const base::Path path = make("vhdx", "x.vhdx");
    overwrite(path, (64 << 10) + 20, "damage");
    EXPECT_EQ(refusal(path), "");  // there are two headers
    overwrite(path, (128 << 10) + 20, "damage");
    EXPECT_THAT(refusal(path), HasSubstr("neither header"));
    const base::Path regions = make("vhdx", "y.vhdx");
    overwrite(regions, (192 << 10) + 20, "damage");
    overwrite(regions, (256 << 10) + 20, "damage");
    EXPECT_THAT(refusal(regions), HasSubstr("neither region table"));
}

TEST_F(HeaderCheck, RefusesFormatsThatDoNotFitTheirNames) {
    const auto why = [&](const base::Path& path, std::optional<Format> given = {}) {
        try {
            recognise(FileBytes(path), path.filename().string(), given);
            return std::string();
        } catch (const ImageRefused& refused) {
            return std::string(refused.what());
        }
    };
    EXPECT_THAT(why(make("qcow2", "lies.vmdk")), HasSubstr("but its content is qcow2"));
    EXPECT_THAT(why(make("raw", "lies.qcow2")), HasSubstr("no image of that format"));
    EXPECT_THAT(why(make("qcow2", "lies.raw")), HasSubstr("should be raw"));
    EXPECT_THAT(why(make("raw", "nameless")), HasSubstr("--format"));
    EXPECT_EQ(why(make("qcow2", "nameless2")), "");
    EXPECT_THAT(why(make("raw", "a.img"), Format::vhdx), HasSubstr("should be vhdx"));
    EXPECT_EQ(why(make("qcow2", "b.img"), Format::raw), "");  // who says raw gets raw
    base::write_file_atomically(dir_.path() / "empty.raw", "");
    EXPECT_THAT(why(dir_.path() / "empty.raw"), HasSubstr("is empty"));
}

TEST_F(HeaderCheck, TakesNoDeviceAndNoPipe) {
    EXPECT_THROW(FileBytes("/dev/zero"), ImageRefused);
    EXPECT_THROW(FileBytes(dir_.path()), ImageRefused);
    EXPECT_THROW(FileBytes(dir_.path() / "absent"), base::SystemError);
}

}  // namespace
}  // namespace goldsmith::disk_images
