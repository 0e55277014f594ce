// What is inside one image: its files, packages and units, and a way to its files' content.
#pragma once

#include <stop_token>
#include <string>

#include "contents/ext_files.h"
#include "contents/file_tree.h"
#include "contents/packages.h"
#include "contents/units.h"

namespace goldsmith::contents {

struct ImageContents {
    FileTree files{};
    /// "dpkg", "apk"; empty: none that is known here, so that `packages` says nothing.
    std::string package_manager{};
    Packages packages{};
    Units units{};
};

/// The root file system of a raw disk. Throws base::Error: there is none, or it is none that can be
/// read here (ext2, ext3, ext4).
ExtFiles open_root(const base::Path& raw_disk, std::stop_token stop = {});

ImageContents read_contents(const ExtFiles& root);

}  // namespace goldsmith::contents
