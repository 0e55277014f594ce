// The programs that make a base image, as values. Pure: each function only says what would be run,
// so that a test can compare the whole command.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "base/process.h"
#include "catalogue/disk_layout.h"
#include "catalogue/entry.h"

namespace goldsmith::catalogue {

struct InstallPlan {
    base::Path tree;           // to be made
    base::Path sources_list;   // one-line form
    base::Path package_cache;  // .deb files of earlier runs; read and added to
    /// Settings of the host's apt that decide how archives are reached (proxies, checks of dates),
    /// as `apt-config dump` prints them.
    std::vector<std::string> apt_settings;
    std::int64_t epoch_seconds = 0;  // no file in the image is newer
};

/// Installs the packages into a new tree, in mount and process namespaces of its own that die with
/// the command.
base::Command install_command(const CatalogueEntry& entry, const InstallPlan& plan);

/// Prints the host's apt settings.
base::Command apt_settings_command();
/// Those lines of apt-config's output that an installation needs.
std::vector<std::string> network_settings(std::string_view apt_config_dump);

/// Prints "name<TAB>version" of each installed package.
base::Command list_packages_command(const base::Path& tree);

/// Writes the partition table read from standard input.
base::Command partition_command(const base::Path& disk);

/// Makes the ESP's file system in place.
base::Command format_esp_command(const base::Path& disk, const DiskLayout& layout);
base::Command make_esp_folders_command(const base::Path& disk, const DiskLayout& layout);
base::Command copy_to_esp_command(const base::Path& disk, const DiskLayout& layout,
                                  const base::Path& from, const std::string& to);

/// Makes GRUB's core image for BIOS with the guest's own GRUB. Paths are as the guest sees them.
base::Command grub_core_command(const base::Path& tree, const std::string& config,
                                const std::string& output);

/// Makes the root file system in place, with the tree's content.
base::Command make_root_command(const base::Path& disk, const DiskLayout& layout,
                                const base::Path& tree, std::int64_t epoch_seconds);

/// The Debian package that brings a program which is missing on this host.
std::string package_of_program(const std::string& program);
/// What must be on the host, checked before anything is made.
std::vector<std::string> needed_programs();

}  // namespace goldsmith::catalogue
