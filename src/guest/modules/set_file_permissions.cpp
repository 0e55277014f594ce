// SetFilePermissions: changes the mode of a file.
#include <sys/stat.h>

#include "base/error.h"
#include "guest/modules/modules.h"
#include "guest/path_rules.h"

namespace goldsmith::guest {

ModuleResult set_file_permissions(const ModuleInput& input, ModuleContext&) {
    const std::string path = input.text("path");
    const mode_t mode = parse_mode(input.text("permissions"));
    if (std::filesystem::is_directory(path)) {
        throw StepFailure("'" + path + "' is a folder; use SetFolderPermissions");
    }
    if (::chmod(path.c_str(), mode) != 0) {
        throw base::SystemError("change the mode of " + path);
    }
    return {};
}

}  // namespace goldsmith::guest
