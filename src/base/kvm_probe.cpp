#include "base/kvm_probe.h"

#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"

namespace goldsmith::base {

namespace {

/// Enters long mode with paging, as every operating system does, counts for a while and writes 0x10
/// to the debug-exit device, which ends QEMU with status 0x10 * 2 + 1. A guest that stays in real
/// mode would prove nothing: there are hosts where just that works.
std::string boot_sector() {
    // clang-format off
    constexpr unsigned char code[] = {
        // cli
        0xfa,
        // xor ax,ax; mov ds,ax; mov es,ax; mov di,0x1000; mov cx,0x1800; rep stosw
        0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xc0, 0xbf, 0x00, 0x10, 0xb9, 0x00, 0x18, 0xf3, 0xab,
        // mov dword [0x1000],0x2003 ; page map -> directory pointers
        0x66, 0xc7, 0x06, 0x00, 0x10, 0x03, 0x20, 0x00, 0x00,
        // mov dword [0x2000],0x3003 ; -> directory
        0x66, 0xc7, 0x06, 0x00, 0x20, 0x03, 0x30, 0x00, 0x00,
        // mov dword [0x3000],0x83 ; -> the first 2 MiB, as they are
        0x66, 0xc7, 0x06, 0x00, 0x30, 0x83, 0x00, 0x00, 0x00,
        // lgdt [0x7c88]
        0x66, 0x0f, 0x01, 0x16, 0x88, 0x7c,
        // mov eax,0x1000; mov cr3,eax
        0x66, 0xb8, 0x00, 0x10, 0x00, 0x00, 0x0f, 0x22, 0xd8,
        // mov eax,0x20; mov cr4,eax ; PAE
        0x66, 0xb8, 0x20, 0x00, 0x00, 0x00, 0x0f, 0x22, 0xe0,
        // mov ecx,0xc0000080; rdmsr; or eax,0x100; wrmsr ; long mode
        0x66, 0xb9, 0x80, 0x00, 0x00, 0xc0, 0x0f, 0x32, 0x66, 0x0d, 0x00, 0x01, 0x00, 0x00,
        0x0f, 0x30,
        // mov eax,cr0; or eax,0x80000001; mov cr0,eax ; paging
        0x0f, 0x20, 0xc0, 0x66, 0x0d, 0x01, 0x00, 0x00, 0x80, 0x0f, 0x22, 0xc0,
        // jmp 8:0x7c63
        0xea, 0x63, 0x7c, 0x08, 0x00,
        // [64 bit] mov ecx,50000000; dec ecx; jnz $-2
        0xb9, 0x80, 0xf0, 0xfa, 0x02, 0xff, 0xc9, 0x75, 0xfc,
        // mov dx,0x501; mov al,0x10; out dx,al
        0x66, 0xba, 0x01, 0x05, 0xb0, 0x10, 0xee,
        // hlt; jmp $-1
        0xf4, 0xeb, 0xfd,
        // (padding)
        0x66, 0x90,
        // the descriptors: none; code, 64 bit
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x9a,
        0x20, 0x00,
        // their table: 16 bytes at 0x7c78
        0x0f, 0x00, 0x78, 0x7c, 0x00, 0x00,
    };
    // clang-format on
    std::string sector(std::begin(code), std::end(code));
    sector.resize(510, '\0');
    return sector + "\x55\xaa";
}

constexpr int expected_status = 0x10 * 2 + 1;

Command probe_command(const std::string& accelerator, const std::string& disk) {
    return {"qemu-system-x86_64",
            {"-nodefaults", "-machine", "pc,accel=" + accelerator, "-m", "64", "-display", "none",
             "-device", "isa-debug-exit,iobase=0x501,iosize=1", "-drive",
             "file=" + disk + ",format=raw,if=ide,snapshot=on"},
            {},
            false,
            {}};
}

/// QEMU warns of many things before it says why it gives up.
std::string last_line(std::string text) {
    text.erase(text.find_last_not_of(" \n") + 1);
    return text.substr(text.rfind('\n') + 1);
}

/// Where the finding is kept until the host starts again; nothing when there is no such place.
std::optional<Path> memory_of_finding() {
    const auto program = find_program("qemu-system-x86_64");
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    if (!program || (::geteuid() != 0 && runtime == nullptr)) {
        return std::nullopt;
    }
    const Path folder = ::geteuid() == 0 ? Path("/run/goldsmith") : Path(runtime) / "goldsmith";
    std::error_code error;
    const auto changed = std::filesystem::last_write_time(*program, error).time_since_epoch();
    return folder / ("kvm-" + std::to_string(changed.count()));
}

}  // namespace

KvmProbe run_probe_guest(const std::string& accelerator, std::chrono::seconds limit) {
    const TempDir folder("goldsmith-kvm");
    const Path disk = folder.path() / "probe.img";
    write_file_atomically(disk, boot_sector());
    RunOptions options;
    options.timeout = limit;
    const ProcessResult result = run(probe_command(accelerator, disk), options);
    if (result.timed_out) {
        return {false,
                "/dev/kvm is there, but a guest hangs under it: virtual machines are emulated"};
    }
    if (result.status.exit_code != expected_status) {
        return {false, "a guest does not run under KVM: " + result.status.describe() + " " +
                           last_line(result.stderr_text)};
    }
    return {true, "a guest ran under it"};
}

KvmProbe probe_kvm_once() {
    const auto memory = memory_of_finding();
    // Access may be given or taken while the host runs.
    if (!memory || ::access("/dev/kvm", R_OK | W_OK) != 0) {
        return probe_kvm();
    }
    if (const auto known = read_file_if_exists(*memory, 4096); known && !known->empty()) {
        return {known->front() == '1', known->substr(1)};
    }
    const KvmProbe probe = probe_kvm();
    try {
        make_directories(memory->parent_path(), 0755);
        write_file_atomically(*memory, (probe.works ? "1" : "0") + probe.finding, 0644,
                              Durability::fast);
    } catch (const Error&) {
        // Then the next one probes again.
    }
    return probe;
}

KvmProbe probe_kvm() {
    if (::access("/dev/kvm", F_OK) != 0) {
        return {false, "/dev/kvm is not there: virtual machines are emulated (slow)"};
    }
    if (::access("/dev/kvm", R_OK | W_OK) != 0) {
        return {false, "/dev/kvm may not be opened: join the group kvm"};
    }
    if (!find_program("qemu-system-x86_64")) {
        return {false, "qemu-system-x86_64 is not installed: apt-get install qemu-system-x86"};
    }
    return run_probe_guest("kvm", std::chrono::seconds(5));
}

}  // namespace goldsmith::base
