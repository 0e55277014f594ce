// MoveFolder: moves folders, also between file systems.
#include "guest/copy_tree.h"
#include "guest/modules/modules.h"

namespace goldsmith::guest {

ModuleResult move_folder(const ModuleInput& input, ModuleContext& context) {
    const std::string wanted = input.text("source");
    const bool overwrite = input.flag("overwrite", true);
    for (const FilePath& source : existing_sources(wanted, PathKind::folder)) {
        context.check_time();
        const FilePath target =
            target_of(source, input.text("destination"), has_wildcard(wanted), PathKind::folder);
        move_one_folder(source, target, overwrite, context);
    }
    return {};
}

}  // namespace goldsmith::guest
