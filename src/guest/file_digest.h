// Digests of files by name: MD5, SHA1, SHA256, SHA512.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace goldsmith::guest {

/// Lower-case hexadecimal, or nothing when the file cannot be read. Throws base::Error for an
/// unknown algorithm.
std::optional<std::string> file_digest_hex(std::string_view algorithm, const std::string& path);

/// Hexadecimal digests are compared without regard to case.
bool equal_hex(std::string_view a, std::string_view b);

}  // namespace goldsmith::guest
