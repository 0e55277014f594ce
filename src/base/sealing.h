// Sealing: text that is kept encrypted (AES-256-GCM) under a key of the server. What was sealed for
// one purpose does not open for another. Thread-safe after construction.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"

namespace goldsmith::base {

class Random;

class Sealer {
public:
    /// `key` has 32 bytes; anything else is an Error.
    Sealer(std::string key, Random& random);

    /// Base64 of nonce, ciphertext and tag. `purpose` is not kept and must be given again.
    std::string seal(std::string_view text, std::string_view purpose) const;
    /// Nothing when it was not sealed with this key for this purpose, or was changed.
    std::optional<std::string> open(std::string_view sealed, std::string_view purpose) const;

private:
    std::string key_;
    Random& random_;
};

/// The 32 bytes in the file (hexadecimal, mode 0600), which is made when it is missing.
std::string ensure_key_file(const Path& file, Random& random);

}  // namespace goldsmith::base
