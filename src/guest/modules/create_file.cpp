// CreateFile: creates or replaces a file, with its parents, owner and mode.
#include <fcntl.h>
#include <sys/stat.h>

#include "base/files.h"
#include "guest/modules/modules.h"
#include "guest/ownership.h"
#include "guest/path_rules.h"
#include "guest/regular_file.h"
#include "guest/text_encoding.h"

namespace goldsmith::guest {

ModuleResult create_file(const ModuleInput& input, ModuleContext&) {
    const std::string path = input.text("path");
    if (path.empty() || names_folder(path) || std::filesystem::is_directory(path)) {
        throw StepFailure("'" + path + "' names a folder, not a file");
    }
    // Everything that can be wrong is found before anything is changed.
    const std::string bytes = encode_text(input.text("content"), input.text("encoding"));
    const Ownership ownership = find_ownership(input.text("owner"), input.text("group"), false);
    const auto permissions = input.optional_text("permissions");
    const mode_t mode = permissions ? parse_mode(*permissions) : 0666;
    const bool overwrite = input.flag("overwrite", true);
    if (!overwrite && present(path)) {
        throw StepFailure("the file '" + path + "' exists already and 'overwrite' is false");
    }
    make_parents(path);
    // A file that is to be private must not be readable for a moment first.
    const base::Fd file =
        open_regular_file(path, O_WRONLY | O_CREAT | O_TRUNC | (overwrite ? 0 : O_EXCL),
                          permissions ? mode & 0700 : mode);
    apply_ownership(path, ownership, true);
    if (permissions && ::fchmod(file.get(), mode) != 0) {
        throw base::SystemError("change the mode of " + path);
    }
    base::write_all(file.get(), bytes);
    return {};
}

}  // namespace goldsmith::guest
