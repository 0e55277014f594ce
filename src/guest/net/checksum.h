// Checksums of downloads, computed while the bytes flow by.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "guest/net/http_message.h"

namespace goldsmith::guest {

class Checksum {
public:
    virtual ~Checksum() = default;
    virtual void update(std::string_view bytes) = 0;
    /// The raw digest, as S3 orders its bytes.
    virtual std::string finish() = 0;
};

/// "crc32", "crc32c", "crc64nvme", "md5", "sha1", "sha256", "sha512". Null for others.
std::unique_ptr<Checksum> make_checksum(std::string_view name);

/// A checksum that an answer of S3 carries and what it must be, in base64. Null when it carries
/// none that covers the whole object.
struct ExpectedChecksum {
    std::string name;
    std::string base64;
    std::unique_ptr<Checksum> checksum;
};
ExpectedChecksum expected_checksum(const HttpAnswer& answer);

}  // namespace goldsmith::guest
