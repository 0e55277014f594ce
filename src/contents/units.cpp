#include "contents/units.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace goldsmith::contents {

namespace {

// The first that has a unit wins.
constexpr std::array<std::string_view, 3> kFolders{
    "/etc/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/"};

bool is_unit_name(std::string_view name) {
    constexpr std::array<std::string_view, 7> kinds{".service", ".socket", ".timer", ".target",
                                                    ".mount",   ".path",   ".slice"};
    return std::any_of(kinds.begin(), kinds.end(),
                       [&](std::string_view kind) { return name.ends_with(kind); });
}

/// "ssh.service" for "multi-user.target.wants/ssh.service"; empty: it wants nothing.
std::string_view wanted_by(std::string_view below) {
    const auto slash = below.find('/');
    const std::string_view folder = below.substr(0, slash);
    const bool wants = folder.ends_with(".wants") || folder.ends_with(".requires");
    return slash != std::string_view::npos && wants ? below.substr(slash + 1) : std::string_view{};
}

}  // namespace

Units units_in(const FileTree& tree) {
    Units units;
    std::set<std::string, std::less<>> wanted;
    for (const std::string_view folder : kFolders) {
        for (auto file = tree.lower_bound(std::string(folder));
             file != tree.end() && file->first.starts_with(folder); ++file) {
            const std::string_view below = std::string_view(file->first).substr(folder.size());
            if (const auto name = wanted_by(below); !name.empty()) {
                wanted.emplace(name);
            } else if (is_unit_name(below) && below.find('/') == std::string_view::npos &&
                       !file->second.is_directory()) {
                const bool masked = file->second.target == "/dev/null";
                units.emplace(below, Unit{file->first, masked ? "masked" : "not enabled"});
            }
        }
    }
    for (auto& [name, unit] : units) {
        if (unit.state != "masked" && wanted.contains(name)) {
            unit.state = "enabled";
        }
    }
    return units;
}

}  // namespace goldsmith::contents
