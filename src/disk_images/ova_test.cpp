#include "disk_images/ova.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/process.h"
#include "disk_images/refusal.h"

namespace goldsmith::disk_images {
namespace {

using ::testing::HasSubstr;

class OvaTest : public ::testing::Test {
protected:
    OvaTest() {
        base::make_directories(dir_.path() / "out");
        run("qemu-img", {"create", "-q", "-f", "vmdk", "-o", "subformat=streamOptimized",
                         (dir_.path() / "disk.vmdk").string(), "8M"});
    }
    static void run(const std::string& program, std::vector<std::string> arguments) {
        base::Command command;
        command.program = program;
        command.arguments = std::move(arguments);
        base::run_checked(command);
    }
    base::Path written() {
        const base::Path ova = dir_.path() / "written.ova";
        OvaMachine machine{.name = "a <machine> & more", .disk_file = "disk.vmdk"};
        machine.virtual_bytes = 8 << 20;
        machine.disk_file_bytes = std::filesystem::file_size(dir_.path() / "disk.vmdk");
        write_ova(ova, machine, dir_.path() / "disk.vmdk");
        return ova;
    }
    /// A tar of these files, in this order.
    base::Path packed(const std::vector<std::pair<std::string, std::string>>& files) {
        std::vector<std::string> arguments{"-cf", (dir_.path() / "x.ova").string(), "-C",
                                           dir_.path().string()};
        for (const auto& [name, content] : files) {
            base::make_directories((dir_.path() / name).parent_path());
            base::write_file_atomically(dir_.path() / name, content);
            arguments.push_back(name);
        }
        run("tar", arguments);
        return dir_.path() / "x.ova";
    }
    std::string refusal(const base::Path& ova) {
        try {
            take_disk_from_ova(ova, dir_.path() / "out", {});
            return "";
        } catch (const ImageRefused& refused) {
            return refused.what();
        }
    }

    base::TempDir dir_;
};

TEST_F(OvaTest, GivesBackTheDiskThatWasWritten) {
    const base::Path ova = written();
    EXPECT_EQ(format_of_content(FileBytes(ova)), Format::ova);
    const OvaDisk disk = take_disk_from_ova(ova, dir_.path() / "out", {});
    EXPECT_EQ(disk.format, Format::vmdk);
    EXPECT_EQ(disk.name, "disk.vmdk");
    EXPECT_EQ(base::read_file(disk.file), base::read_file(dir_.path() / "disk.vmdk"));
}

TEST_F(OvaTest, RefusesDamage) {
    const base::Path ova = written();
    std::string bytes = base::read_file(ova);
    const std::size_t at = bytes.find("KDMV");
    ASSERT_NE(at, std::string::npos);
    bytes[at + 600] ^= 1;
    base::write_file_atomically(ova, bytes);
    EXPECT_THAT(refusal(ova), HasSubstr("the digest of 'disk.vmdk' in the OVA"));
    base::write_file_atomically(ova, bytes.substr(0, at + 3000));
    EXPECT_THAT(refusal(ova), HasSubstr("truncated"));
}

TEST_F(OvaTest, RefusesWhatIsNoMachineWithOneDisk) {
    const std::string disk = base::read_file(dir_.path() / "disk.vmdk");
    EXPECT_THAT(refusal(packed({{"a.ovf", "<Envelope/>"}})), HasSubstr("0 disks"));
    EXPECT_THAT(refusal(packed({{"b.vmdk", disk}})), HasSubstr("no description"));
    EXPECT_THAT(refusal(packed({{"a.ovf", "<Envelope/>"}, {"b.vmdk", disk}, {"c.vmdk", disk}})),
                HasSubstr("2 disks"));
    EXPECT_THAT(refusal(packed({{"a.ovf", "<File ovf:href=\"/etc/shadow\"/>"}, {"b.vmdk", disk}})),
                HasSubstr("'/etc/shadow'"));
    EXPECT_THAT(refusal(packed({{"a.ovf", "<File ovf:href=\"http://x/y\"/>"}, {"b.vmdk", disk}})),
                HasSubstr("never opened"));
    EXPECT_THAT(refusal(packed({{"a.ovf", "<Envelope/>"}, {"folder/b.vmdk", disk}})),
                HasSubstr("no plain file"));
    EXPECT_THAT(refusal(packed({{"a.ovf", "<Envelope/>"}, {"b.vmdk", "no disk at all"}})),
                HasSubstr("should be vmdk"));
}

}  // namespace
}  // namespace goldsmith::disk_images
