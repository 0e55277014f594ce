// SetFileOwner: changes owner and group of a file; of the target, when it is a link.
#include "guest/modules/modules.h"
#include "guest/ownership.h"
#include "guest/path_rules.h"

namespace goldsmith::guest {

ModuleResult set_file_owner(const ModuleInput& input, ModuleContext&) {
    const std::string path = input.text("path");
    if (std::filesystem::is_directory(path)) {
        throw StepFailure("'" + path + "' is a folder; use SetFolderOwner");
    }
    apply_ownership(path, find_ownership(input.text("owner"), input.text("group"), true), true);
    return {};
}

}  // namespace goldsmith::guest
