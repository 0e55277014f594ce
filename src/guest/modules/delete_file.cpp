// DeleteFile: deletes one file, or all files of a folder that match.
#include <unistd.h>

#include "base/error.h"
#include "guest/modules/modules.h"
#include "guest/path_rules.h"

namespace goldsmith::guest {

ModuleResult delete_file(const ModuleInput& input, ModuleContext& context) {
    for (const FilePath& path : expand_path(input.text("path"), PathKind::file)) {
        const auto status = std::filesystem::symlink_status(path);
        if (status.type() == std::filesystem::file_type::not_found) {
            context.info("DeleteFile: '" + path.string() + "' does not exist");
            continue;
        }
        if (status.type() == std::filesystem::file_type::directory) {
            throw StepFailure("'" + path.string() + "' is a folder; use DeleteFolder");
        }
        if (::unlink(path.c_str()) != 0) {
            throw base::SystemError("delete " + path.string());
        }
    }
    return {};
}

}  // namespace goldsmith::guest
