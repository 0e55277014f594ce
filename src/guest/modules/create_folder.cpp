// CreateFolder: creates a folder with its parents; an existing one keeps its content.
#include <sys/stat.h>

#include "base/error.h"
#include "guest/modules/modules.h"
#include "guest/ownership.h"
#include "guest/path_rules.h"

namespace goldsmith::guest {

namespace fs = std::filesystem;

ModuleResult create_folder(const ModuleInput& input, ModuleContext&) {
    const FilePath path = without_separator(input.text("path"));
    if (path.empty()) {
        throw StepFailure("'path' is empty");
    }
    const Ownership ownership = find_ownership(input.text("owner"), input.text("group"), false);
    const auto permissions = input.optional_text("permissions");
    const mode_t mode = permissions ? parse_mode(*permissions) : 0777;
    if (present(path) && !fs::is_directory(path)) {
        throw StepFailure("'" + path.string() + "' exists and is not a folder");
    }
    if (present(path) && !input.flag("overwrite", true)) {
        throw StepFailure("the folder '" + path.string() +
                          "' exists already and 'overwrite' is false");
    }
    make_parents(path);
    if (::mkdir(path.c_str(), permissions ? mode & 0700 : mode) != 0 && errno != EEXIST) {
        throw base::SystemError("create the folder " + path.string());
    }
    apply_ownership(path, ownership, true);
    if (permissions && ::chmod(path.c_str(), mode) != 0) {
        throw base::SystemError("change the mode of " + path.string());
    }
    return {};
}

}  // namespace goldsmith::guest
