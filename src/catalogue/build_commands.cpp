#include "catalogue/build_commands.h"

#include <array>
#include <sstream>
#include <utility>

namespace goldsmith::catalogue {
namespace {

constexpr std::uint64_t kSector = 512;
constexpr std::uint64_t kBlock = 4096;
constexpr std::uint64_t kKib = 1024;

// Named one by one, so that the host's mke2fs.conf does not decide what GRUB and older kernels have
// to read.
constexpr const char* kExt4Features =
    "none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,"
    "large_file,huge_file,dir_nlink,extra_isize,metadata_csum";

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words)
        text += (text.empty() ? "" : ",") + word;
    return text;
}

std::string at_esp(const base::Path& disk, const DiskLayout& layout) {
    return disk.string() + "@@" + std::to_string(layout.esp.offset);
}

base::Command command_of(std::string program, std::vector<std::string> arguments,
                         std::map<std::string, std::string> environment = {}) {
    base::Command command;
    command.program = std::move(program);
    command.arguments = std::move(arguments);
    command.environment = std::move(environment);
    return command;
}

// mmdebstrap's hooks are programs that get the tree as their only argument, and its own way of
// copying ("copy-in") cannot create what is missing; a cache needs a loop. The path of the cache
// travels in the environment, so no name is ever read as shell text.
constexpr const char* kFillCache =
    "--setup-hook=mkdir -p \"$1\"/var/cache/apt/archives && "
    "find \"$GOLDSMITH_PACKAGE_CACHE\" -maxdepth 1 -name '*.deb' "
    "-exec cp -l -f -t \"$1\"/var/cache/apt/archives/ {} +";
constexpr const char* kKeepCache =
    "find \"$1\"/var/cache/apt/archives -maxdepth 1 -name '*.deb' "
    "-exec cp -l -f -t \"$GOLDSMITH_PACKAGE_CACHE\" {} +";

}  // namespace

base::Command install_command(const CatalogueEntry& entry, const InstallPlan& plan) {
    base::Command command;
    command.program = "unshare";
    command.arguments = {"--mount",
                         "--propagation=private",
                         "--pid",
                         "--fork",
                         "--kill-child",
                         "--mount-proc",
                         "--",
                         "mmdebstrap",
                         "--mode=root",
                         "--variant=minbase",
                         "--format=directory",
                         "--architectures=" + entry.debian_architecture,
                         "--include=" + join(entry.packages)};
    auto& arguments = command.arguments;
    arguments.push_back("--aptopt=Acquire::Languages \"none\"");
    arguments.push_back("--aptopt=APT::Install-Recommends \"false\"");
    for (const auto& setting : plan.apt_settings)
        arguments.push_back("--aptopt=" + setting);
    arguments.push_back(kFillCache);
    arguments.push_back(std::string("--extract-hook=") + kKeepCache);
    arguments.push_back(std::string("--customize-hook=") + kKeepCache);
    arguments.push_back(entry.codename);
    arguments.push_back(plan.tree.string());
    arguments.push_back(plan.sources_list.string());
    command.environment = {{"GOLDSMITH_PACKAGE_CACHE", plan.package_cache.string()},
                           {"SOURCE_DATE_EPOCH", std::to_string(plan.epoch_seconds)},
                           {"LC_ALL", "C.UTF-8"},
                           {"DEBIAN_FRONTEND", "noninteractive"},
                           {"TMPDIR", plan.tree.parent_path().string()}};
    return command;
}

base::Command apt_settings_command() {
    return command_of("apt-config", {"dump"}, {{"LC_ALL", "C"}});
}

std::vector<std::string> network_settings(std::string_view apt_config_dump) {
    constexpr std::array kPrefixes{"Acquire::http",         "Acquire::https",   "Acquire::ftp",
                                   "Acquire::Check-",       "Acquire::Retries", "Acquire::ForceIPv",
                                   "Acquire::Max-ValidTime"};
    std::vector<std::string> settings;
    std::istringstream lines{std::string(apt_config_dump)};
    for (std::string line; std::getline(lines, line);) {
        if (line.find(" \"\"") != std::string::npos)
            continue;
        for (const std::string_view prefix : kPrefixes) {
            if (!line.starts_with(prefix))
                continue;
            if (line.ends_with(';'))
                line.pop_back();
            settings.push_back(line);
            break;
        }
    }
    return settings;
}

base::Command list_packages_command(const base::Path& tree) {
    return command_of("dpkg-query",
                      {"--admindir=" + (tree / "var/lib/dpkg").string(), "--show",
                       "--showformat=${Package}\\t${Version}\\n"},
                      {{"LC_ALL", "C"}});
}

base::Command partition_command(const base::Path& disk) {
    return command_of("sfdisk", {"--quiet", "--no-reread", "--no-tell-kernel", disk.string()});
}

base::Command format_esp_command(const base::Path& disk, const DiskLayout& layout) {
    const auto first_sector = std::to_string(layout.esp.offset / kSector);
    return command_of("mkfs.fat", {"--offset", first_sector, "-h", first_sector, "-F", "32", "-s",
                                   "1", "-i", layout.identity.esp_id, "-n", "EFI", disk.string(),
                                   std::to_string(layout.esp.length / kKib)});
}

base::Command make_esp_folders_command(const base::Path& disk, const DiskLayout& layout) {
    return command_of("mmd", {"-i", at_esp(disk, layout), "::EFI", "::EFI/BOOT", "::EFI/debian"});
}

base::Command copy_to_esp_command(const base::Path& disk, const DiskLayout& layout,
                                  const base::Path& from, const std::string& to) {
    return command_of("mcopy", {"-i", at_esp(disk, layout), "-m", from.string(), "::" + to});
}

base::Command grub_core_command(const base::Path& tree, const std::string& config,
                                const std::string& output) {
    return command_of("chroot",
                      {tree.string(), "grub-mkimage", "-O", "i386-pc", "-d",
                       "/usr/lib/grub/i386-pc", "-c", config, "-p", "/boot/grub", "-o", output,
                       "biosdisk", "part_gpt", "ext2", "search_fs_uuid", "normal", "configfile"},
                      {{"LC_ALL", "C"}, {"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}});
}

base::Command make_root_command(const base::Path& disk, const DiskLayout& layout,
                                const base::Path& tree, std::int64_t epoch_seconds) {
    // Inode tables and journal are zeros, which a sparse file already has: marking them as written
    // costs nothing and spares the first machine the lazy initialisation, which would touch blocks
    // all over the disk. Metadata packed at the front keeps what changes together.
    const auto extended = "hash_seed=" + layout.identity.root_uuid +
                          ",packed_meta_blocks=1,lazy_itable_init=0,lazy_journal_init=1,"
                          "root_owner=0:0,offset=" +
                          std::to_string(layout.root.offset);
    return command_of("mke2fs", {"-q",          "-F",
                                 "-t",          "ext4",
                                 "-O",          kExt4Features,
                                 "-I",          "256",
                                 "-b",          std::to_string(kBlock),
                                 "-m",          "1",
                                 "-L",          "root",
                                 "-U",          layout.identity.root_uuid,
                                 "-E",          extended,
                                 "-d",          tree.string(),
                                 disk.string(), std::to_string(layout.root.length / kBlock)},
                      {{"E2FSPROGS_FAKE_TIME", std::to_string(epoch_seconds)}, {"LC_ALL", "C"}});
}

std::vector<std::string> needed_programs() {
    return {"mmdebstrap", "unshare", "apt-config", "dpkg-query", "sfdisk",
            "mkfs.fat",   "mmd",     "mcopy",      "chroot",     "mke2fs"};
}

std::string package_of_program(const std::string& program) {
    constexpr std::array<std::pair<const char*, const char*>, 10> kPackages{{
        {"mmdebstrap", "mmdebstrap"},
        {"unshare", "util-linux"},
        {"apt-config", "apt"},
        {"dpkg-query", "dpkg"},
        {"sfdisk", "fdisk"},
        {"mkfs.fat", "dosfstools"},
        {"mmd", "mtools"},
        {"mcopy", "mtools"},
        {"chroot", "coreutils"},
        {"mke2fs", "e2fsprogs"},
    }};
    for (const auto& [name, package] : kPackages) {
        if (program == name)
            return package;
    }
    return program;
}

}  // namespace goldsmith::catalogue
