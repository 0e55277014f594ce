// ReadFile: the decoded text of a file as an output.
#include "guest/modules/modules.h"
#include "guest/regular_file.h"
#include "guest/text_encoding.h"

namespace goldsmith::guest {

ModuleResult read_file(const ModuleInput& input, ModuleContext& context) {
    constexpr std::uint64_t largest_file = 16U << 20;
    const std::string bytes = read_regular_file(input.text("path"), largest_file);
    std::string content = decode_text(bytes, input.text("encoding"));
    if (input.flag("printFileContent", false)) {
        context.info("ReadFile: Content: " + content);
    }
    return {ModuleOutcome::done, {{"content", {std::move(content)}}}};
}

}  // namespace goldsmith::guest
