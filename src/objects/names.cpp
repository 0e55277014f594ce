#include "objects/names.h"

#include <algorithm>

#include "base/encoding.h"
#include "objects/object_store.h"

namespace goldsmith::objects {

namespace {

constexpr std::size_t longest_key_bytes = 1024;

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_address(const std::string& name) {
    return std::ranges::count(name, '.') == 3 &&
           name.find_first_not_of("0123456789.") == std::string::npos;
}

bool is_bucket_name(const std::string& name) {
    return name.size() >= 3 && name.size() <= 63 &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos &&
           is_letter_or_digit(name.front()) && is_letter_or_digit(name.back()) &&
           name.find("..") == std::string::npos && !is_address(name);
}

}  // namespace

void check_bucket_name(const std::string& name) {
    if (!is_bucket_name(name)) {
        throw ObjectError(Problem::invalid_name,
                          "The specified bucket is not valid: a name has 3 to 63 lower-case "
                          "letters, digits, '.' and '-', begins and ends with a letter or digit "
                          "and is no IP address.");
    }
}

void check_key(const std::string& key) {
    if (key.empty() || key.size() > longest_key_bytes || !base::is_utf8(key) ||
        key.find('\0') != std::string::npos) {
        throw ObjectError(Problem::invalid_name,
                          "A key has 1 to 1024 bytes of UTF-8 and holds no NUL.");
    }
}

}  // namespace goldsmith::objects
