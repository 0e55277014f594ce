#include "guest/net/s3_location.h"

#include <algorithm>

#include "guest/net/shown_text.h"

namespace goldsmith::guest {

S3Location parse_s3_location(std::string_view text) {
    constexpr std::string_view scheme = "s3://";
    const auto bad = [&](const std::string& why) {
        return base::Error("'" + std::string(text) +
                           "' is no S3 location such as s3://bucket/key: " + why);
    };
    if (!text.starts_with(scheme)) {
        throw bad("it does not begin with s3://");
    }
    const std::string_view rest = text.substr(scheme.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    S3Location location{std::string(rest.substr(0, slash)),
                        std::string(rest.substr(std::min(slash + 1, rest.size())))};
    const bool good = std::ranges::all_of(location.bucket, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == '_';
    });
    if (!good || location.bucket.size() < 3 || location.bucket.size() > 255 ||
        location.bucket.find("..") != std::string::npos) {
        throw bad("that is no name of a bucket");
    }
    if (location.key.size() > 1024) {
        throw bad("the key is longer than 1024 bytes");
    }
    return location;
}

std::string relative_key_path(const std::string& key, const std::string& prefix) {
    std::string path = key.substr(std::min(prefix.size(), key.size()));
    const bool folder = path.ends_with('/');
    if (folder) {
        path.pop_back();
    }
    bool good = key.starts_with(prefix) && path.find('\0') == std::string::npos;
    for (std::size_t begin = 0; good && begin <= path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const std::string segment = path.substr(begin, end - begin);
        good = !segment.empty() && segment != "." && segment != "..";
        begin = end + 1;
    }
    if (!good) {
        throw base::Error("the object '" + shown_text(key) +
                          "' has a key that is no path below the destination; nothing was written "
                          "for it");
    }
    return folder ? path + "/" : path;
}

}  // namespace goldsmith::guest
