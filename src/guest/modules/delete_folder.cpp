// DeleteFolder: deletes an empty folder, or with `force` any folder.
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "guest/modules/modules.h"
#include "guest/path_rules.h"

namespace goldsmith::guest {

namespace fs = std::filesystem;

ModuleResult delete_folder(const ModuleInput& input, ModuleContext&) {
    const FilePath path = without_separator(input.text("path"));
    const bool force = input.flag("force", false);
    if (path.empty() || path == "." || path == ".." || fs::weakly_canonical(path) == "/") {
        throw StepFailure("the folder '" + path.string() +
                          "' is not deleted: it is the root or the current folder");
    }
    const fs::file_status status = fs::symlink_status(path);
    if (status.type() == fs::file_type::not_found) {
        if (force) {
            return {};
        }
        throw StepFailure("the folder '" + path.string() + "' does not exist");
    }
    if (status.type() != fs::file_type::directory) {
        throw StepFailure("'" + path.string() + "' is not a folder; use DeleteFile");
    }
    if (force) {
        base::remove_tree(path);
    } else if (::rmdir(path.c_str()) != 0) {
        if (errno == ENOTEMPTY || errno == EEXIST) {
            throw StepFailure("the folder '" + path.string() +
                              "' is not empty and 'force' is false");
        }
        throw base::SystemError("delete " + path.string());
    }
    return {};
}

}  // namespace goldsmith::guest
