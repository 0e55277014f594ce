#include "guest/net/checksum.h"

namespace goldsmith::guest {

ExpectedChecksum expected_checksum(const HttpAnswer& answer) {
    if (answer.header("x-amz-checksum-type") == "COMPOSITE") {
        return {};
    }
    for (const char* name : {"sha256", "crc64nvme", "crc32c", "crc32", "sha1"}) {
        const std::string_view value = answer.header("x-amz-checksum-" + std::string(name));
        // "...-3" is a checksum of the checksums of three parts.
        if (!value.empty() && value.find('-') == std::string_view::npos) {
            return {name, std::string(value), base::make_checksum(name)};
        }
    }
    return {};
}

}  // namespace goldsmith::guest
