// The checksums that answers of S3 carry.
#pragma once

#include <memory>
#include <string>

#include "base/checksum.h"
#include "guest/net/http_message.h"

namespace goldsmith::guest {

/// A checksum that an answer of S3 carries and what it must be, in base64. Null when it carries
/// none that covers the whole object.
struct ExpectedChecksum {
    std::string name;
    std::string base64;
    std::unique_ptr<base::Checksum> checksum;
};
ExpectedChecksum expected_checksum(const HttpAnswer& answer);

}  // namespace goldsmith::guest
