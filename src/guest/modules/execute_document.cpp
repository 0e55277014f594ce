// ExecuteDocument: runs another document as part of this run. The owner of the records does the
// work.
#include "guest/modules/modules.h"

namespace goldsmith::guest {

ModuleResult execute_document(const ModuleInput& input, ModuleContext& context) {
    return context.nested(input);
}

}  // namespace goldsmith::guest
