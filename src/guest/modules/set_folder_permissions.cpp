// SetFolderPermissions: changes the mode of a folder and of everything below it.
#include <sys/stat.h>

#include "base/error.h"
#include "guest/modules/modules.h"
#include "guest/path_rules.h"

namespace goldsmith::guest {

namespace fs = std::filesystem;

namespace {

void change_mode(const FilePath& path, mode_t mode) {
    if (::chmod(path.c_str(), mode) != 0) {
        throw base::SystemError("change the mode of " + path.string());
    }
}

}  // namespace

ModuleResult set_folder_permissions(const ModuleInput& input, ModuleContext& context) {
    const FilePath path = without_separator(input.text("path"));
    const mode_t mode = parse_mode(input.text("permissions"));
    if (!fs::is_directory(path)) {
        throw StepFailure("the folder '" + path.string() + "' does not exist");
    }
    // Collected first, changed from below: a mode without x would lock us out on the way.
    std::vector<FilePath> below;
    if (input.flag("recursive", true)) {
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path)) {
            if (!entry.is_symlink()) {  // chmod follows links, out of the folder
                below.push_back(entry.path());
            }
        }
    }
    for (auto entry = below.rbegin(); entry != below.rend(); ++entry) {
        context.check_time();
        change_mode(*entry, mode);
    }
    change_mode(path, mode);
    return {};
}

}  // namespace goldsmith::guest
