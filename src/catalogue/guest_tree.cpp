#include "catalogue/guest_tree.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <filesystem>
#include <sstream>

namespace goldsmith::catalogue {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kLargestModule = 16 << 20;

// The tree was written by packages, which may hold links anywhere; where a link stands in the way
// of one of our folders, something is wrong with the tree.
void make_parent(const base::Path& tree, const base::Path& relative) {
    auto folder = tree;
    for (const auto& part : relative.parent_path()) {
        folder /= part;
        const auto status = fs::symlink_status(folder);
        if (!fs::exists(status)) {
            base::make_directories(folder);
        } else if (!fs::is_directory(status)) {
            throw base::Error("in the installed tree /" + folder.lexically_relative(tree).string() +
                              " is not a folder");
        }
    }
}

}  // namespace

void remove_leftovers(const base::Path& tree, const std::vector<std::string>& patterns) {
    for (const auto& pattern : patterns) {
        const base::Path relative(pattern);
        const auto folder = tree / relative.parent_path();
        for (const auto& name : base::list_directory(folder)) {
            if (fnmatch(relative.filename().c_str(), name.c_str(), 0) == 0) {
                base::remove_tree(folder / name);
            }
        }
    }
}

void write_guest_files(const base::Path& tree, const std::vector<GuestFile>& files) {
    for (const auto& file : files) {
        make_parent(tree, file.path);
        // Renaming replaces a link instead of writing through it.
        base::write_file_atomically(tree / file.path, file.content, file.mode,
                                    base::Durability::fast);
    }
}

void write_guest_links(const base::Path& tree, const std::vector<GuestLink>& links) {
    for (const auto& link : links) {
        make_parent(tree, link.path);
        fs::remove(tree / link.path);
        fs::create_symlink(link.target, tree / link.path);
    }
}

void copy_grub_modules(const base::Path& tree) {
    for (const base::Path platform : {"i386-pc", "x86_64-efi"}) {
        const auto from = tree / "usr/lib/grub" / platform;
        const auto to = base::Path("boot/grub") / platform;
        for (const auto& name : base::list_directory(from)) {
            if (!name.ends_with(".mod") && !name.ends_with(".lst"))
                continue;
            make_parent(tree, to / name);
            base::write_file_atomically(tree / to / name,
                                        base::read_file(from / name, kLargestModule), 0644,
                                        base::Durability::fast);
        }
    }
}

std::string point_release(const base::Path& tree) {
    auto text = base::read_file(tree / "etc/debian_version", 4096);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
        text.pop_back();
    const auto dot = text.find('.');
    const auto is_number = [](std::string_view digits) {
        return !digits.empty() && digits.size() <= 4 &&
               std::all_of(digits.begin(), digits.end(),
                           [](unsigned char c) { return std::isdigit(c) != 0; });
    };
    if (dot == std::string::npos || !is_number(std::string_view(text).substr(0, dot)) ||
        !is_number(std::string_view(text).substr(dot + 1))) {
        throw base::Error("the installed /etc/debian_version is not a point release: \"" + text +
                          "\"");
    }
    return text;
}

std::string installed_kernel(const base::Path& tree) {
    std::vector<std::string> kernels;
    for (const auto& name : base::list_directory(tree / "boot")) {
        if (name.starts_with("vmlinuz-"))
            kernels.push_back(name.substr(8));
    }
    if (kernels.size() != 1) {
        throw base::Error("expected one kernel in the installed tree, found " +
                          std::to_string(kernels.size()));
    }
    return kernels[0];
}

std::string image_version(const std::string& point_release,
                          std::chrono::system_clock::time_point now) {
    const auto seconds = std::chrono::system_clock::to_time_t(now);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    std::array<char, 16> date{};
    const auto size = std::strftime(date.data(), date.size(), "%Y%m%d", &utc);
    return point_release + "." + std::string(date.data(), size);
}

std::vector<InstalledPackage> parse_package_list(const std::string& text) {
    std::vector<InstalledPackage> packages;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const auto tab = line.find('\t');
        if (tab == std::string::npos)
            continue;
        packages.push_back({line.substr(0, tab), line.substr(tab + 1)});
    }
    std::sort(packages.begin(), packages.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return packages;
}

}  // namespace goldsmith::catalogue
