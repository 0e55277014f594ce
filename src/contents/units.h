// The units of systemd that an image has, and whether each is started, by the files alone. Pure.
#pragma once

#include <map>
#include <string>

#include "contents/file_tree.h"

namespace goldsmith::contents {

struct Unit {
    std::string path{};   // of the file that counts: one in /etc hides one in /usr
    std::string state{};  // "enabled": something wants it; "masked"; "not enabled"
    bool operator==(const Unit&) const = default;
};

/// By name: "nginx.service".
using Units = std::map<std::string, Unit>;

Units units_in(const FileTree& tree);

}  // namespace goldsmith::contents
