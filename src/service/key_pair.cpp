#include "service/key_pair.h"

#include <vector>

#include "base/encoding.h"

namespace goldsmith::service {

namespace {

std::string base32(base::Random& random, std::size_t count) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::vector<unsigned char> bytes(count);
    random.fill(bytes.data(), bytes.size());
    std::string text;
    for (const unsigned char byte : bytes) {
        text += alphabet[byte & 31];
    }
    return text;
}

}  // namespace

KeyPair make_key_pair(base::Random& random, const std::string& prefix) {
    std::string secret(30, '\0');
    random.fill(secret.data(), secret.size());
    return {prefix + base32(random, 16), base::base64_encode(secret)};
}

std::string make_unique_id(base::Random& random, const std::string& prefix) {
    return prefix + base32(random, 17);
}

std::string credentials_file(const KeyPair& key) {
    return "[default]\naws_access_key_id = " + key.id + "\naws_secret_access_key = " + key.secret +
           "\n";
}

}  // namespace goldsmith::service
