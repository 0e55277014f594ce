#include "instances/vm/seed_disk.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/process.h"

namespace goldsmith::instances {

namespace {

constexpr std::uint64_t kSlackBytes = 1U << 20;
/// mkfs.fat makes FAT16 of this and less, which every kernel reads.
constexpr std::uint64_t kUnit = 1U << 20;

void execute(base::Command command) {
    base::RunOptions options;
    options.timeout = std::chrono::seconds(60);
    options.die_with_parent = true;
    base::run_checked(command, options);
}

void copy_in(const SeedDisk& seed, const base::Path& from, const std::string& name) {
    base::Command command{
        "mcopy", {"-i", seed.path.string(), from.string(), "::" + name}, {}, false, {}};
    command.environment["MTOOLS_SKIP_CHECK"] = "1";
    execute(std::move(command));
}

}  // namespace

void make_seed_disk(const SeedDisk& seed) {
    std::uint64_t bytes = std::filesystem::file_size(seed.agent_program) + kSlackBytes;
    for (const auto& [name, content] : seed.files) {
        bytes += content.size();
    }
    bytes = (bytes + kUnit - 1) / kUnit * kUnit;
    {
        const base::Fd file = base::open_file(seed.path, O_RDWR | O_CREAT | O_TRUNC, 0600);
        if (::ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) {
            throw base::SystemError("set the size of " + seed.path.string());
        }
    }
    execute({"mkfs.fat", {"-n", seed.label, seed.path.string()}, {}, false, {}});
    const base::TempDir folder("seed", seed.path.parent_path());
    for (const auto& [name, content] : seed.files) {
        base::write_file_atomically(folder.path() / name, content, 0600, base::Durability::fast);
        copy_in(seed, folder.path() / name, name);
    }
    copy_in(seed, seed.agent_program, "toe");
}

}  // namespace goldsmith::instances
