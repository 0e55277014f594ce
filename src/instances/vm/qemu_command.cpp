#include "instances/vm/qemu_command.h"

#include "instances/vm/agent_files.h"

namespace goldsmith::instances {

namespace {

/// A comma separates options of QEMU's command line; doubled, it stands for itself.
std::string quoted(const std::string& text) {
    std::string result;
    for (const char c : text) {
        result.append(c == ',' ? 2 : 1, c);
    }
    return result;
}

/// Translated code beyond this is thrown away; QEMU's own bound is a gibibyte.
constexpr const char* kTcg = "tcg,thread=multi,tb-size=256";

/// Under emulation a processor without AES, AVX and virtualisation: the guest would load modules
/// for them that take longer here than they ever save. x86-64-v2, as distributions want it.
std::string processor(Accelerator accelerator) {
    return accelerator == Accelerator::kvm ? "host" : "Nehalem";
}

void add(base::Command& command, std::initializer_list<std::string> words) {
    command.arguments.insert(command.arguments.end(), words);
}

/// Without graphics the firmware prints to the serial console. Only system management mode keeps
/// the variables of Secure Boot from the guest's hands.
std::string machine_type(Firmware firmware) {
    return std::string("q35,graphics=off,vmport=off,hpet=off") +
           (firmware == Firmware::uefi_secure_boot ? ",smm=on" : "");
}

void add_firmware(base::Command& command, const QemuSettings& settings) {
    if (settings.firmware == Firmware::bios) {
        return;
    }
    add(command,
        {"-drive",
         "if=pflash,unit=0,format=raw,readonly=on,file=" + quoted(settings.firmware_code.string()),
         "-drive",
         "if=pflash,unit=1,format=raw,file=" + quoted(settings.firmware_variables.string())});
    if (settings.firmware == Firmware::uefi_secure_boot) {
        add(command, {"-global", "driver=cfi.pflash01,property=secure,value=on", "-global",
                      "ICH9-LPC.disable_s3=1"});
    }
}

void add_tpm(base::Command& command, int fd) {
    add(command, {"-chardev", "socket,id=tpm,fd=" + std::to_string(fd), "-tpmdev",
                  "emulator,id=tpm0,chardev=tpm", "-device", "tpm-crb,tpmdev=tpm0"});
}

void add_machine(base::Command& command, const QemuSettings& settings) {
    add(command,
        {"-nodefaults", "-no-user-config", "-name", quoted(settings.name), "-machine",
         machine_type(settings.firmware), "-accel",
         settings.accelerator == Accelerator::kvm ? "kvm" : kTcg, "-cpu",
         processor(settings.accelerator), "-smp", std::to_string(settings.vcpus), "-m",
         std::to_string(settings.memory_mib), "-uuid", settings.uuid, "-rtc", "base=utc",
         "-display", "none", "-boot", "strict=on", "-sandbox",
         "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
         // A restart ends QEMU, and we start it anew: one path for every way a machine goes down,
         // and a machine that restarts by itself is noticed.
         "-action", "reboot=shutdown,shutdown=poweroff,panic=exit-failure,watchdog=reset"});
    if (!settings.credentials_file.empty()) {
        add(command, {"-smbios", "type=11,path=" + quoted(settings.credentials_file)});
    }
}

void add_disks(base::Command& command, const QemuSettings& settings) {
    // Flushes go no further than the page cache: the disk is worth nothing after a crash of the
    // host, and what is kept of it is made durable when it is ingested.
    add(command,
        {"-blockdev",
         "driver=file,node-name=file0,discard=unmap,cache.no-flush=on,filename=" +
             quoted(settings.disk.string()),
         "-blockdev",
         "driver=" + settings.disk_format +
             ",node-name=disk0,file=file0,discard=unmap,detect-zeroes=unmap,cache.no-flush=on",
         "-device", "virtio-blk-pci,drive=disk0,bootindex=1", "-blockdev",
         std::string("driver=raw,node-name=seed0,read-only=on,file.driver=file,file.filename=") +
             kSeedFile,
         "-device", std::string("virtio-blk-pci,drive=seed0,serial=") + kSeedSerial});
}

void add_devices(base::Command& command, const QemuSettings& settings) {
    add(command,
        {"-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console", "-chardev",
         "socket,id=qmp,fd=" + std::to_string(settings.qmp_fd), "-mon", "chardev=qmp,mode=control",
         "-device", "virtio-serial-pci,id=serial0", "-chardev",
         std::string("socket,id=") + kAgentChardev + ",server=on,wait=off,path=" + kAgentSocket,
         "-netdev",
         // The name that its DHCP gives out; the image's own goes before.
         "user,id=net0,ipv6=off,hostname=" + quoted(settings.name), "-device",
         "virtio-net-pci,netdev=net0,romfile=", "-device", "virtio-rng-pci", "-device",
         "vmgenid,guid=auto", "-device", "pvpanic"});
    if (settings.port_from_start) {
        add(command,
            {"-device", std::string("virtserialport,id=") + kAgentDevice + ",bus=" + kSerialBus +
                            ",chardev=" + kAgentChardev + ",name=" + kAgentPort});
    }
}

}  // namespace

base::Command qemu_command(const QemuSettings& settings, const base::Path& work) {
    base::Command command;
    // Entering a mount namespace, as the gateway does, loses the working folder.
    command.program = "env";
    command.arguments = {"-C", work.string(), "qemu-system-x86_64"};
    add_machine(command, settings);
    add_firmware(command, settings);
    if (settings.tpm_fd) {
        add_tpm(command, *settings.tpm_fd);
    }
    add_disks(command, settings);
    add_devices(command, settings);
    if (settings.incoming_fd) {
        add(command, {"-S", "-incoming", "fd:" + std::to_string(*settings.incoming_fd)});
    }
    return command;
}

}  // namespace goldsmith::instances
