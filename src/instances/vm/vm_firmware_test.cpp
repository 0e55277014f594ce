// Machines that boot by UEFI, with Secure Boot and with a TPM; small and large ones. For `./dev
// test
// --all`.
#include <gtest/gtest.h>

#include "instances/vm/firmware.h"
#include "instances/vm/tpm.h"
#include "instances/vm/vm_world.h"

namespace goldsmith::instances {
namespace {

class VmFirmware : public VmTest {
protected:
    InstanceSpec spec_of(const std::string& name, Firmware firmware, unsigned vcpus,
                         std::uint64_t memory_mib) {
        InstanceSpec spec = world_.spec(name);
        spec.firmware = firmware;
        spec.vcpus = vcpus;
        spec.memory_mib = memory_mib;
        return spec;
    }

    static bool booted_by_uefi(Instance& instance) {
        return sh(instance, "test -d /sys/firmware/efi").exited.exit_code == 0;
    }
};

TEST_F(VmFirmware, ASmallMachineBootsByBios) {
    const auto instance = started(spec_of("small", Firmware::bios, 1, 512));
    EXPECT_FALSE(booted_by_uefi(*instance));
    EXPECT_EQ(said(*instance, "nproc"), "1");
    EXPECT_LT(std::stoi(said(*instance, "free -m | awk '/^Mem/{print $2}'")), 512);
    EXPECT_EQ(instance->stop(VmWorld::kPatience), Instance::Stopped::clean);
}

TEST_F(VmFirmware, UefiKeepsItsVariablesOverARestartAndGoesOnFromASavedMachine) {
    InstanceSpec spec = spec_of("uefi", Firmware::uefi, 2, 2048);
    spec.warm_start = WarmStart{world_.folder() / "saved", 8ULL << 30, "base disk"};
    const std::string variable =
        "/sys/firmware/efi/efivars/Goldsmith-12345678-1234-1234-1234-123456789abc";
    {
        const auto instance = started(spec);
        EXPECT_EQ(instance->shortcomings(), std::vector<std::string>());
        EXPECT_TRUE(booted_by_uefi(*instance));
        EXPECT_EQ(said(*instance, "nproc"), "2");
        EXPECT_GT(std::stoi(said(*instance, "free -m | awk '/^Mem/{print $2}'")), 1800);
        said(*instance,
             "mountpoint -q /sys/firmware/efi/efivars ||"
             " mount -t efivarfs efivarfs /sys/firmware/efi/efivars");
        said(*instance, "printf '\\007\\000\\000\\000kept' > " + variable);
        instance->reboot(soon(), {});
        EXPECT_TRUE(booted_by_uefi(*instance));
        said(*instance,
             "mountpoint -q /sys/firmware/efi/efivars ||"
             " mount -t efivarfs efivarfs /sys/firmware/efi/efivars");
        EXPECT_EQ(said(*instance, "tail -c 4 " + variable), "kept");
    }
    InstanceSpec warm = spec_of("warm", Firmware::uefi, 2, 2048);
    warm.warm_start = spec.warm_start;
    const auto instance = started(warm);
    EXPECT_EQ(instance->shortcomings(), std::vector<std::string>());
    EXPECT_TRUE(booted_by_uefi(*instance));
    EXPECT_LT(std::stod(said(*instance, "cut -d. -f1 /proc/uptime")), 3600);
    EXPECT_EQ(instance->stop(VmWorld::kPatience), Instance::Stopped::clean);
}

TEST_F(VmFirmware, SecureBootAndATpmAreThereWhereAskedFor) {
    if (const auto reason = Tpm::unavailable()) {
        GTEST_SKIP() << *reason;
    }
    InstanceSpec spec = spec_of("secure", Firmware::uefi_secure_boot, 2, 1024);
    spec.tpm = true;
    const auto instance = started(spec);
    said(*instance,
         "mountpoint -q /sys/firmware/efi/efivars ||"
         " mount -t efivarfs efivarfs /sys/firmware/efi/efivars");
    EXPECT_EQ(said(*instance, "od -An -t u1 -j 4 /sys/firmware/efi/efivars/SecureBoot-*"), "   1");
    EXPECT_EQ(said(*instance, "cat /sys/class/tpm/tpm0/tpm_version_major"), "2");
    EXPECT_EQ(said(*instance, "systemctl --failed --no-legend --plain"), "");
    EXPECT_EQ(instance->stop(VmWorld::kPatience), Instance::Stopped::clean);
    EXPECT_TRUE(world_.all_gone());
}

}  // namespace
}  // namespace goldsmith::instances
