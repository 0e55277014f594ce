// The pure parts of the container driver.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "instances/container/cgroup.h"
#include "instances/container/disk_export.h"
#include "instances/container/nspawn_command.h"
#include "instances/container/root_growth.h"

namespace goldsmith::instances {
namespace {

using testing::Contains;
using testing::Not;

TEST(NspawnCommand, BootsInsideAProcessNamespaceThatDiesWithIt) {
    NspawnSettings settings;
    settings.machine = "i-1";
    settings.machine_id = "0123456789abcdef0123456789abcdef";
    settings.root = "/run/root";
    settings.network_namespace = "/run/network";
    settings.binds = {{"/a:b/agent", "/run/goldsmith"}};
    const base::Command command = nspawn_command(settings);
    EXPECT_EQ(command.program, "unshare");
    EXPECT_THAT(command.arguments, Contains("--kill-child=SIGKILL"));
    EXPECT_THAT(command.arguments, Contains("--bind-ro=/a\\:b/agent:/run/goldsmith"));
    EXPECT_THAT(command.arguments, Contains("--network-namespace-path=/run/network"));
    EXPECT_THAT(command.arguments, Contains("systemd.wants=goldsmith-agent.service"));
    EXPECT_THAT(command.arguments, Contains("--drop-capability=CAP_MKNOD"));
    settings.may_make_devices = true;
    EXPECT_THAT(nspawn_command(settings).arguments, Not(Contains("--drop-capability=CAP_MKNOD")));
}

TEST(ExportCommand, QuotesCommasInPaths) {
    const base::Command command = export_command("/a,b/disk.qcow2", "qcow2", "/m,n/raw", false);
    EXPECT_THAT(command.arguments[1], testing::HasSubstr("filename=/a,,b/disk.qcow2,"));
    EXPECT_THAT(command.arguments[5], testing::HasSubstr("mountpoint=/m,,n/raw,"));
}

TEST(RootGrowth, ReadsLengthsFromADump) {
    const std::string dump =
        "label: gpt\nfirst-lba: 2048\n\n"
        "/w/disk.raw1 : start=      262144, size=    16513024, type=4F68BCE3, name=\"root\"\n"
        "/w/disk.raw2 : start=        2048, size=        6144, type=21686148\n"
        "/w/disk.raw12 : start=        9000, size=        1, type=21686148\n";
    EXPECT_EQ(partition_length(dump, 1), 16513024ULL * 512);
    EXPECT_EQ(partition_length(dump, 2), 6144ULL * 512);
    EXPECT_FALSE(partition_length(dump, 3));
}

TEST(Cgroups, ReadsV1AndV2AndBothAtOnce) {
    const auto found = parse_cgroup_hierarchies(
        "22 1 8:1 / / rw - ext4 /dev/vda rw\n"
        "30 29 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct\n"
        "31 29 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n"
        "32 29 0:28 / /sys/fs/cgroup/unified rw shared:9 - cgroup2 cgroup2 rw\n"
        "33 29 0:28 / /elsewhere rw - cgroup2 cgroup2 rw\n");
    ASSERT_EQ(found.size(), 3U);
    EXPECT_TRUE(found[0].has("cpu"));
    EXPECT_FALSE(found[0].is_v2);
    EXPECT_TRUE(found[1].has("name=systemd"));
    EXPECT_TRUE(found[2].is_v2);
    EXPECT_EQ(found[2].mount_point, "/sys/fs/cgroup/unified");
}

}  // namespace
}  // namespace goldsmith::instances
