#include "instances/container/root_growth.h"

#include <chrono>
#include <cstdlib>
#include <sstream>

#include "base/error.h"
#include "base/process.h"

namespace goldsmith::instances {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSectorBytes = 512;

std::string sfdisk(std::vector<std::string> arguments, const std::string& input = {}) {
    base::RunOptions options;
    options.stdin_text = input;
    options.timeout = 60s;
    options.die_with_parent = true;
    return base::run_checked({"sfdisk", std::move(arguments), {}, false, {}}, options);
}

}  // namespace

std::optional<std::uint64_t> partition_length(const std::string& dump, unsigned number) {
    // "/path/disk.raw1 : start=      262144, size=    16513024, type=..."
    std::istringstream lines(dump);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(" : start=");
        const std::size_t size = line.find("size=");
        if (colon == std::string::npos || size == std::string::npos) {
            continue;
        }
        const std::string name = line.substr(0, colon);
        const std::size_t digits = name.find_last_not_of("0123456789") + 1;
        if (name.substr(digits) == std::to_string(number)) {
            return std::strtoull(line.c_str() + size + 5, nullptr, 10) * kSectorBytes;
        }
    }
    return std::nullopt;
}

std::uint64_t grow_partition(const base::Path& disk, unsigned number) {
    if (number == 0) {
        return std::filesystem::file_size(disk);
    }
    const std::string before = sfdisk({"--dump", disk.string()});
    if (before.find("label: gpt") != std::string::npos) {
        // The backup table stands where the disk used to end.
        sfdisk({"--quiet", "--no-reread", "--no-tell-kernel", "--relocate", "gpt-bak-std",
                disk.string()});
    }
    sfdisk({"--quiet", "--no-reread", "--no-tell-kernel", "--force", "--partno",
            std::to_string(number), disk.string()},
           ", +\n");
    const auto length = partition_length(sfdisk({"--dump", disk.string()}), number);
    if (!length) {
        throw base::Error("partition " + std::to_string(number) + " is gone after it was extended");
    }
    return *length;
}

std::optional<std::string> grow_file_system(const std::string& type, const base::Path& device) {
    if (type != "ext4") {
        return "the root file system (" + type + ") was not extended to the size of the disk";
    }
    base::RunOptions options;
    options.timeout = 10min;
    options.die_with_parent = true;
    // Not mounted yet: extending a mounted ext4 takes a capability that containers of root lack.
    // Offline, resize2fs insists on a check just before; 1 means that it repaired something.
    const auto checked =
        base::run({"e2fsck", {"-f", "-p", device.string()}, {}, false, {}}, options);
    if (checked.status.exit_code.value_or(8) > 1) {
        return "the root file system has errors and was not extended: " + checked.stdout_text;
    }
    const auto result = base::run({"resize2fs", {device.string()}, {}, false, {}}, options);
    if (!result.status.success()) {
        return "the root file system was not extended to the size of the disk: " +
               result.stderr_text;
    }
    return std::nullopt;
}

}  // namespace goldsmith::instances
