#include "guest/path_rules.h"

#include <algorithm>
#include <charconv>

#include "base/files.h"
#include "guest/modules/module.h"

namespace goldsmith::guest {

namespace fs = std::filesystem;

bool names_folder(std::string_view text) {
    return text.ends_with('/');
}

bool has_wildcard(std::string_view text) {
    const std::size_t slash = text.rfind('/');
    const std::string_view last = slash == std::string_view::npos ? text : text.substr(slash + 1);
    const std::string_view before = text.substr(0, text.size() - last.size());
    if (before.find('*') != std::string_view::npos) {
        throw StepFailure("'" + std::string(text) +
                          "': * is only allowed after the last separator");
    }
    return last.find('*') != std::string_view::npos;
}

bool matches_pattern(std::string_view pattern, std::string_view name) {
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = n;
        } else if (p < pattern.size() && pattern[p] == name[n]) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    return std::ranges::all_of(pattern.substr(p), [](char c) { return c == '*'; });
}

std::vector<FilePath> expand_path(const std::string& text, PathKind kind) {
    if (text.empty()) {
        throw StepFailure("the path is empty");
    }
    if (!has_wildcard(text)) {
        return {without_separator(text)};
    }
    const FilePath path(text);
    const FilePath folder = path.has_parent_path() ? path.parent_path() : FilePath(".");
    if (!fs::is_directory(folder)) {
        throw StepFailure("the folder '" + folder.string() + "' does not exist");
    }
    std::vector<FilePath> found;
    for (const std::string& name : base::list_directory(folder)) {
        if (!matches_pattern(path.filename().string(), name)) {
            continue;
        }
        const FilePath candidate = path.has_parent_path() ? folder / name : FilePath(name);
        std::error_code ignored;
        const bool is_folder = fs::is_directory(candidate, ignored);
        if (is_folder == (kind == PathKind::folder)) {
            found.push_back(candidate);
        }
    }
    return found;
}

FilePath target_of(const FilePath& source, const std::string& destination, bool several,
                   PathKind kind) {
    if (destination.empty()) {
        throw StepFailure("the destination is empty");
    }
    if (names_folder(destination)) {
        return FilePath(destination) / source.filename();
    }
    if (several) {
        throw StepFailure("with a wildcard in the source the destination must be a folder: '" +
                          destination + "/'");
    }
    if (kind == PathKind::file && fs::is_directory(destination)) {
        return FilePath(destination) / source.filename();
    }
    return destination;
}

mode_t parse_mode(const std::string& text) {
    mode_t mode = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    const bool whole = result.ec == std::errc() && result.ptr == text.data() + text.size();
    if (!whole || text.size() < 3 || text.size() > 4) {
        throw StepFailure("'permissions' must be 3 or 4 octal digits such as 0644, not '" + text +
                          "'");
    }
    return mode;
}

FilePath without_separator(const std::string& text) {
    const std::size_t end = text.find_last_not_of('/');
    return end == std::string::npos ? text : text.substr(0, end + 1);
}

bool present(const FilePath& path) {
    return fs::symlink_status(path).type() != fs::file_type::not_found;
}

void make_parents(const FilePath& path) {
    if (path.has_parent_path()) {
        fs::create_directories(path.parent_path());
    }
}

}  // namespace goldsmith::guest
