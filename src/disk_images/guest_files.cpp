#include "disk_images/guest_files.h"

#include "disk_images/sandbox.h"

namespace goldsmith::disk_images {

namespace {

constexpr const char* kDisk = "/source/disk";
constexpr const char* kProgram = "grub-fstest";

}  // namespace

std::string grub_device(store::PartitionTableKind table, unsigned partition) {
    switch (table) {
        case store::PartitionTableKind::gpt:
            return "(loop0,gpt" + std::to_string(partition) + ")";
        case store::PartitionTableKind::mbr:
            return "(loop0,msdos" + std::to_string(partition) + ")";
        case store::PartitionTableKind::none:
            break;
    }
    return "(loop0)";
}

base::Command read_guest_file_command(const std::string& device, const std::string& path,
                                      std::uint64_t most_bytes) {
    base::Command command;
    command.program = kProgram;
    command.arguments = {"-n", std::to_string(most_bytes), kDisk, "cat", device + path};
    return command;
}

std::optional<std::string> GuestFiles::read(const std::string& path,
                                            std::uint64_t most_bytes) const {
    return run(read_guest_file_command(device_, path, most_bytes));
}

std::string GuestFiles::list(const std::string& folder) const {
    base::Command command;
    command.program = kProgram;
    command.arguments = {kDisk, "ls", device_ + folder};
    return run(command).value_or("");
}

std::optional<std::string> GuestFiles::run(const base::Command& command) const {
    if (!base::find_program(kProgram)) {
        throw base::Error(
            "grub-fstest is not installed: it reads files of disks without mounting them; apt-get "
            "install grub-common");
    }
    Sandbox sandbox;
    sandbox.mounts = {{std::filesystem::absolute(disk_), kDisk, false}};
    sandbox.memory_bytes = 1ULL << 30;
    sandbox.cpu_time = std::chrono::seconds(10);
    base::RunOptions options;
    options.timeout = std::chrono::seconds(20);
    options.keep_bytes = 1 << 20;
    try {
        return run_sandboxed(command, sandbox, options);
    } catch (const base::ProcessFailed&) {
        return std::nullopt;
    }
}

}  // namespace goldsmith::disk_images
