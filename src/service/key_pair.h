// Key pairs that sign requests, in the forms that clients know. Used where keys are made: IAM, STS,
// the first start, `goldsmith account`.
#pragma once

#include <string>

#include "base/random.h"

namespace goldsmith::service {

struct KeyPair {
    std::string id{};
    std::string secret{};
};

/// An id of `prefix` ("AKIA", "ASIA") and 16 of base 32; a secret of 240 random bits in base 64.
KeyPair make_key_pair(base::Random& random, const std::string& prefix);
/// `prefix` ("AIDA", "AROA") and 17 of base 32.
std::string make_unique_id(base::Random& random, const std::string& prefix);
/// The content of a file in the AWS shared-credentials format, profile [default].
std::string credentials_file(const KeyPair& key);

}  // namespace goldsmith::service
