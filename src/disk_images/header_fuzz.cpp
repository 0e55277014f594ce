// libFuzzer entry over the header checks of every format: whatever is accepted keeps to the limits,
// whatever is refused says why, and nothing takes more time or memory than the file's size allows.
// The first byte chooses the format, so that one corpus serves all.
#include <cstdint>
#include <cstdlib>

#include "disk_images/header_check.h"
#include "disk_images/refusal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace goldsmith::disk_images;
    if (size == 0) {
        return 0;
    }
    constexpr Format formats[] = {Format::qcow2, Format::vmdk, Format::vhd, Format::vhdx};
    const MemoryBytes file({data + 1, size - 1});
    const Limits limits;
    try {
        format_of_content(file);
        const CheckedImage checked = check_header(file, formats[data[0] % 4], limits);
        if (checked.virtual_bytes == 0 || checked.virtual_bytes > limits.virtual_bytes ||
            checked.data_bytes > checked.virtual_bytes) {
            std::abort();
        }
    } catch (const ImageRefused& refused) {
        if (*refused.what() == '\0') {
            std::abort();
        }
    }
    return 0;
}
