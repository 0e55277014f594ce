#include "cli/kvm_probe.h"

#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"

namespace goldsmith::cli {

namespace {

/// mov dx,0x501; mov al,0x10; out dx,al; hlt; jmp $-1 -- the debug-exit device ends QEMU with
/// status 0x10 * 2 + 1.
std::string boot_sector() {
    std::string sector("\xba\x01\x05\xb0\x10\xee\xf4\xeb\xfd", 9);
    sector.resize(510, '\0');
    return sector + "\x55\xaa";
}

constexpr int expected_status = 0x10 * 2 + 1;

base::Command probe_command(const std::string& disk) {
    return {"qemu-system-x86_64",
            {"-nodefaults", "-machine", "pc,accel=kvm", "-m", "64", "-display", "none", "-device",
             "isa-debug-exit,iobase=0x501,iosize=1", "-drive",
             "file=" + disk + ",format=raw,if=ide,readonly=on,snapshot=on"},
            {},
            false,
            {}};
}

}  // namespace

KvmProbe probe_kvm() {
    if (::access("/dev/kvm", F_OK) != 0) {
        return {false, "/dev/kvm is not there: virtual machines are emulated (slow)"};
    }
    if (::access("/dev/kvm", R_OK | W_OK) != 0) {
        return {false, "/dev/kvm may not be opened: join the group kvm"};
    }
    if (!base::find_program("qemu-system-x86_64")) {
        return {false, "qemu-system-x86_64 is not installed: apt-get install qemu-system-x86"};
    }
    const base::TempDir folder("goldsmith-kvm");
    const base::Path disk = folder.path() / "probe.img";
    base::write_file_atomically(disk, boot_sector());
    base::RunOptions options;
    options.timeout = std::chrono::seconds(10);
    const base::ProcessResult result = base::run(probe_command(disk), options);
    if (result.timed_out) {
        return {false,
                "/dev/kvm is there, but a guest hangs under it: virtual machines are emulated"};
    }
    if (result.status.exit_code != expected_status) {
        return {false, "a guest does not run under KVM: " + result.status.describe() + " " +
                           result.stderr_text.substr(0, 200)};
    }
    return {true, "a guest ran under it"};
}

}  // namespace goldsmith::cli
