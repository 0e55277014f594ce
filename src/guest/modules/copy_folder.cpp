// CopyFolder: copies folders with everything in them.
#include "guest/copy_tree.h"
#include "guest/modules/modules.h"

namespace goldsmith::guest {

ModuleResult copy_folder(const ModuleInput& input, ModuleContext& context) {
    const std::string wanted = input.text("source");
    const bool overwrite = input.flag("overwrite", true);
    for (const FilePath& source : existing_sources(wanted, PathKind::folder)) {
        context.check_time();
        const FilePath target =
            target_of(source, input.text("destination"), has_wildcard(wanted), PathKind::folder);
        copy_one_folder(source, target, overwrite, context);
    }
    return {};
}

}  // namespace goldsmith::guest
