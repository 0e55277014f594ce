// Checksums and digests by name, computed while bytes flow by: what S3 and its clients check
// uploads and downloads with, and what ETags are made of. One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace goldsmith::base {

class Checksum {
public:
    virtual ~Checksum() = default;
    virtual void update(std::string_view bytes) = 0;
    /// The raw digest, as S3 orders its bytes. Ends the computation.
    virtual std::string finish() = 0;
};

/// "crc32", "crc32c", "crc64nvme", "md5", "sha1", "sha256", "sha512". Null for others.
std::unique_ptr<Checksum> make_checksum(std::string_view name);

}  // namespace goldsmith::base
