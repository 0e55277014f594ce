// Which names buckets and keys may have. Pure.
#pragma once

#include <string>

namespace goldsmith::objects {

/// S3's rules for buckets: 3 to 63 of a-z, 0-9, '.' and '-', no address, no "..". Throws
/// ObjectError{invalid_name}.
void check_bucket_name(const std::string& name);
/// 1 to 1024 bytes of UTF-8 without NUL; anything else is allowed, since keys are never file names.
/// Throws ObjectError{invalid_name}.
void check_key(const std::string& key);

}  // namespace goldsmith::objects
