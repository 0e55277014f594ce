// ListFiles: the files of a folder, as absolute paths joined with commas.
#include <algorithm>

#include "guest/modules/modules.h"
#include "guest/path_rules.h"

namespace goldsmith::guest {

namespace fs = std::filesystem;

namespace {

void collect(const FilePath& folder, const std::string& pattern, bool recursive,
             std::vector<std::string>& found) {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        std::error_code ignored;
        if (entry.is_directory(ignored)) {
            // Links to folders are not entered: they may lead back up.
            if (recursive && !entry.is_symlink()) {
                collect(entry.path(), pattern, recursive, found);
            }
        } else if (pattern.empty() || matches_pattern(pattern, entry.path().filename().string())) {
            found.push_back(entry.path().string());
        }
    }
}

}  // namespace

ModuleResult list_files(const ModuleInput& input, ModuleContext&) {
    const FilePath folder = fs::absolute(without_separator(input.text("path"))).lexically_normal();
    if (!fs::is_directory(folder)) {
        throw StepFailure("the folder '" + folder.string() + "' does not exist");
    }
    std::vector<std::string> found;
    collect(folder, input.text("fileNamePattern"), input.flag("recursive", false), found);
    std::ranges::sort(found);
    std::string files;
    for (const std::string& file : found) {
        files += (files.empty() ? "" : ",") + file;
    }
    return {ModuleOutcome::done, {{"files", {files}}}};
}

}  // namespace goldsmith::guest
