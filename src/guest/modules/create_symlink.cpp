// CreateSymlink: creates a symbolic link to something that exists.
#include <unistd.h>

#include "base/error.h"
#include "guest/modules/modules.h"
#include "guest/path_rules.h"

namespace goldsmith::guest {

namespace fs = std::filesystem;

ModuleResult create_symlink(const ModuleInput& input, ModuleContext&) {
    const FilePath path = fs::absolute(without_separator(input.text("path")));
    const std::string target = input.text("target");
    if (!fs::exists(target)) {
        throw StepFailure("the target '" + target + "' does not exist");
    }
    const fs::file_status existing = fs::symlink_status(path);
    if (existing.type() != fs::file_type::not_found) {
        if (existing.type() != fs::file_type::symlink) {
            throw StepFailure("'" + path.string() + "' exists and is not a symbolic link");
        }
        if (!input.flag("force", false)) {
            throw StepFailure("the link '" + path.string() +
                              "' exists already and 'force' is false");
        }
    }
    make_parents(path);
    // Made beside it and renamed, so that the name never goes missing.
    const std::string temporary = path.string() + ".toe-new";
    if (::symlink(target.c_str(), temporary.c_str()) != 0) {
        throw base::SystemError("create the link " + temporary);
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        const base::SystemError error("create the link " + path.string());
        ::unlink(temporary.c_str());
        throw error;
    }
    return {};
}

}  // namespace goldsmith::guest
