// Turns a freshly installed tree into the tree of a bootable machine, and reads from it what was
// installed. Works beneath the tree only: links in it are never followed out of it.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "catalogue/base_image.h"
#include "catalogue/guest_files.h"

namespace goldsmith::catalogue {

/// Removes what matches; see installation_leftovers().
void remove_leftovers(const base::Path& tree, const std::vector<std::string>& patterns);

void write_guest_files(const base::Path& tree, const std::vector<GuestFile>& files);
void write_guest_links(const base::Path& tree, const std::vector<GuestLink>& links);

/// Puts GRUB's modules where both firmwares' GRUB look for them: /boot/grub/<platform>/.
void copy_grub_modules(const base::Path& tree);

/// The text of /etc/debian_version: "12.15". Throws base::Error when it is no such number.
std::string point_release(const base::Path& tree);

/// The only kernel of the tree. Throws base::Error when there is none or more than one.
std::string installed_kernel(const base::Path& tree);

/// "12.15" on 23 November 2026 -> "12.15.20261123".
std::string image_version(const std::string& point_release,
                          std::chrono::system_clock::time_point now);

/// Reads the output of list_packages_command.
std::vector<InstalledPackage> parse_package_list(const std::string& text);

}  // namespace goldsmith::catalogue
