// SetFolderOwner: changes owner and group of a folder and of everything below it.
#include "guest/modules/modules.h"
#include "guest/ownership.h"
#include "guest/path_rules.h"

namespace goldsmith::guest {

namespace fs = std::filesystem;

ModuleResult set_folder_owner(const ModuleInput& input, ModuleContext& context) {
    const FilePath path = without_separator(input.text("path"));
    if (!fs::is_directory(path)) {
        throw StepFailure("the folder '" + path.string() + "' does not exist");
    }
    const Ownership ownership = find_ownership(input.text("owner"), input.text("group"), true);
    if (input.flag("recursive", true)) {
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path)) {
            context.check_time();
            apply_ownership(entry.path(), ownership, false);
        }
    }
    apply_ownership(path, ownership, true);
    return {};
}

}  // namespace goldsmith::guest
