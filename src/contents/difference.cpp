#include "contents/difference.h"

#include <array>
#include <cstdio>

namespace goldsmith::contents {

namespace {

// Files of more bytes are not read: they differ when their times do.
constexpr std::uint64_t kMaxContent = 4ULL << 30;

std::string mode_text(std::uint32_t mode) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%04o", mode & 07777U);
    return text.data();
}

const char* kind_text(const FileEntry& entry) {
    switch (entry.mode & 0170000U) {
        case 0100000U:
            return "file";
        case 0040000U:
            return "folder";
        case 0120000U:
            return "link";
        case 0020000U:
        case 0060000U:
            return "device";
        default:
            return "special file";
    }
}

std::string owner_text(const FileEntry& entry) {
    return std::to_string(entry.uid) + ":" + std::to_string(entry.gid);
}

bool is_below(const std::string& path, const std::string& folder) {
    return folder == "/" || path == folder ||
           (path.starts_with(folder) && path[folder.size()] == '/');
}

void add_if_other(std::vector<Aspect>& aspects, const char* name, std::string before,
                  std::string after) {
    if (before != after) {
        aspects.push_back({name, std::move(before), std::move(after)});
    }
}

std::vector<Aspect> aspects_of(const FileEntry& before, const FileEntry& after,
                               bool other_content) {
    std::vector<Aspect> aspects;
    add_if_other(aspects, "kind", kind_text(before), kind_text(after));
    if (aspects.empty() && before.is_file()) {
        if (other_content) {
            aspects.push_back({"content", "", ""});
        }
        add_if_other(aspects, "size", std::to_string(before.size), std::to_string(after.size));
    }
    add_if_other(aspects, "target", before.target, after.target);
    if (!(before.is_link() && after.is_link())) {
        add_if_other(aspects, "mode", mode_text(before.mode), mode_text(after.mode));
    }
    add_if_other(aspects, "owner", owner_text(before), owner_text(after));
    return aspects;
}

/// Both maps at once. `value` shows an item, `changes` tells how two of one name differ.
template <class Map, class Value, class Changes>
Section section_of(const Map& before, const Map& after, const Value& value,
                   const Changes& changes) {
    Section section;
    for (const auto& [name, item] : before) {
        const auto other = after.find(name);
        if (other == after.end()) {
            section.removed.push_back({name, value(item)});
        } else if (auto aspects = changes(name, item, other->second); !aspects.empty()) {
            section.changed.push_back({name, std::move(aspects)});
        }
    }
    for (const auto& [name, item] : after) {
        if (!before.contains(name)) {
            section.added.push_back({name, value(item)});
        }
    }
    return section;
}

FileTree below(const FileTree& tree, const std::string& folder) {
    if (folder == "/") {
        return tree;
    }
    FileTree some;
    for (const auto& [path, entry] : tree) {
        if (is_below(path, folder)) {
            some.emplace(path, entry);
        }
    }
    return some;
}

std::vector<FileEntry> entries_at(const FileTree& tree, const std::vector<std::string>& paths) {
    std::vector<FileEntry> entries;
    for (const std::string& path : paths) {
        entries.push_back(tree.at(path));
    }
    return entries;
}

}  // namespace

std::vector<std::string> undecided_files(const ImageContents& before, const ImageContents& after,
                                         const CompareOptions& options) {
    std::set<std::string> unit_files;
    for (const auto& [name, unit] : before.units) {
        unit_files.insert(unit.path);
    }
    std::vector<std::string> paths;
    for (const auto& [path, entry] : before.files) {
        const auto other = after.files.find(path);
        const bool comparable = other != after.files.end() && entry.is_file() &&
                                other->second.is_file() && entry.size == other->second.size &&
                                entry.size > 0 && entry.size <= kMaxContent;
        const bool wanted = is_below(path, options.below) || unit_files.contains(path);
        if (comparable && wanted &&
            (options.all_content || entry.modified != other->second.modified)) {
            paths.push_back(path);
        }
    }
    return paths;
}

Difference difference_of(const ImageContents& before, const ImageContents& after,
                         const std::set<std::string>& other_content,
                         const CompareOptions& options) {
    Difference difference;
    difference.packages_known = !before.package_manager.empty() && !after.package_manager.empty();
    difference.packages = section_of(
        before.packages, after.packages, [](const std::string& version) { return version; },
        [](const std::string&, const std::string& old_version, const std::string& new_version) {
            std::vector<Aspect> aspects;
            add_if_other(aspects, "version", old_version, new_version);
            return aspects;
        });
    difference.units = section_of(
        before.units, after.units, [](const Unit& unit) { return unit.state; },
        [&](const std::string&, const Unit& old_unit, const Unit& new_unit) {
            std::vector<Aspect> aspects;
            add_if_other(aspects, "state", old_unit.state, new_unit.state);
            add_if_other(aspects, "path", old_unit.path, new_unit.path);
            const auto old_file = before.files.find(old_unit.path);
            const auto new_file = after.files.find(new_unit.path);
            const bool same_size = old_file != before.files.end() &&
                                   new_file != after.files.end() &&
                                   old_file->second.size == new_file->second.size;
            if (old_unit.path == new_unit.path &&
                (!same_size || other_content.contains(old_unit.path))) {
                aspects.push_back({"content", "", ""});
            }
            return aspects;
        });
    const auto is_huge = [](const FileEntry& a, const FileEntry& b) {
        return a.size == b.size && a.size > kMaxContent && a.modified != b.modified;
    };
    difference.files = section_of(
        below(before.files, options.below), below(after.files, options.below),
        [](const FileEntry&) { return std::string(); },
        [&](const std::string& path, const FileEntry& a, const FileEntry& b) {
            const bool other = a.size != b.size || other_content.contains(path) || is_huge(a, b);
            return aspects_of(a, b, other);
        });
    return difference;
}

Difference compare(const ExtFiles& before, const ExtFiles& after, const CompareOptions& options) {
    const ImageContents old_contents = read_contents(before);
    const ImageContents new_contents = read_contents(after);
    const auto undecided = undecided_files(old_contents, new_contents, options);
    const auto old_digests = before.digests(entries_at(old_contents.files, undecided));
    const auto new_digests = after.digests(entries_at(new_contents.files, undecided));
    std::set<std::string> other_content;
    for (std::size_t i = 0; i < undecided.size(); ++i) {
        if (old_digests[i] != new_digests[i]) {
            other_content.insert(undecided[i]);
        }
    }
    return difference_of(old_contents, new_contents, other_content, options);
}

}  // namespace goldsmith::contents
