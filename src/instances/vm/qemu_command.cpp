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

void add_machine(base::Command& command, const QemuSettings& settings) {
    add(command,
        {"-nodefaults", "-no-user-config", "-name", quoted(settings.name),
         // Without graphics the firmware prints to the serial console.
         "-machine", "q35,graphics=off,vmport=off,hpet=off", "-accel",
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
        {"-chardev",
         "stdio,id=console,signal=off",
         "-serial",
         "chardev:console",
         "-chardev",
         "socket,id=qmp,fd=" + std::to_string(settings.qmp_fd),
         "-mon",
         "chardev=qmp,mode=control",
         "-device",
         "virtio-serial-pci,id=serial0",
         "-chardev",
         std::string("socket,id=") + kAgentChardev + ",server=on,wait=off,path=" + kAgentSocket,
         "-netdev",
         "user,id=net0,ipv6=off",
         "-device",
         "virtio-net-pci,netdev=net0,romfile=",
         "-device",
         "virtio-rng-pci",
         "-device",
         "vmgenid,guid=auto",
         "-device",
         "pvpanic"});
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
    add_disks(command, settings);
    add_devices(command, settings);
    if (settings.incoming_fd) {
        add(command, {"-S", "-incoming", "fd:" + std::to_string(*settings.incoming_fd)});
    }
    return command;
}

}  // namespace goldsmith::instances
