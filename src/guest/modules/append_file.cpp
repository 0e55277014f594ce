// AppendFile: adds text to the end of an existing file.
#include <fcntl.h>

#include "base/files.h"
#include "guest/modules/modules.h"
#include "guest/regular_file.h"
#include "guest/text_encoding.h"

namespace goldsmith::guest {

ModuleResult append_file(const ModuleInput& input, ModuleContext&) {
    const std::string bytes = encode_text(input.text("content"), input.text("encoding"));
    // Opened even when there is nothing to add: a missing file is an error.
    const base::Fd file = open_regular_file(input.text("path"), O_WRONLY | O_APPEND);
    base::write_all(file.get(), bytes);
    return {};
}

}  // namespace goldsmith::guest
