// s3://bucket/key. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace goldsmith::guest {

struct S3Location {
    std::string bucket;
    std::string key;  ///< may be empty, or end in '/': a prefix

    std::string text() const { return "s3://" + bucket + "/" + key; }
    bool operator==(const S3Location&) const = default;
};

/// Throws base::Error that says what is wrong with it.
S3Location parse_s3_location(std::string_view text);

/// The part of `key` below `prefix` as a relative path that stays below a folder: no empty, "." or
/// ".." component, no NUL. Throws base::Error naming the key when it is none.
std::string relative_key_path(const std::string& key, const std::string& prefix);

}  // namespace goldsmith::guest
