// CopyFile: copies one file, or all that match, keeping mode bits.
#include "guest/copy_tree.h"
#include "guest/modules/modules.h"

namespace goldsmith::guest {

ModuleResult copy_file(const ModuleInput& input, ModuleContext& context) {
    const std::string wanted = input.text("source");
    const bool overwrite = input.flag("overwrite", true);
    for (const FilePath& source : existing_sources(wanted, PathKind::file)) {
        context.check_time();
        const FilePath target =
            target_of(source, input.text("destination"), has_wildcard(wanted), PathKind::file);
        copy_one_file(source, target, overwrite);
    }
    return {};
}

}  // namespace goldsmith::guest
