// How the file modules read paths: wildcards in the last component, folder destinations, modes.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::guest {

using FilePath = std::filesystem::path;

enum class PathKind { file, folder };

/// Ends with a separator, so it means "into this folder".
bool names_folder(std::string_view text);
/// A star in the last component. Throws StepFailure for one elsewhere.
bool has_wildcard(std::string_view text);
/// Glob with * only; everything else is literal.
bool matches_pattern(std::string_view pattern, std::string_view name);

/// What a path with or without wildcard stands for, sorted. Without one: exactly that path. With
/// one: matching names of that kind (symbolic links are followed to find the kind); may be empty.
std::vector<FilePath> expand_path(const std::string& text, PathKind kind);

/// Where `source` ends up under `destination`. `several`: the source had a wildcard, so the
/// destination must be a folder; throws StepFailure when it is not written as one.
FilePath target_of(const FilePath& source, const std::string& destination, bool several,
                   PathKind kind);

/// Octal digits to a mode. Throws StepFailure.
mode_t parse_mode(const std::string& text);

/// Without a trailing separator: "/a/b/" is "/a/b".
FilePath without_separator(const std::string& text);

/// exists() without following a link at the end.
bool present(const FilePath& path);
/// Creates missing parent folders of a path.
void make_parents(const FilePath& path);

}  // namespace goldsmith::guest
