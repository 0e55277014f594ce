#include "disk_images/os_release.h"

#include <sstream>

namespace goldsmith::disk_images {
namespace {

// Values are shell words: bare, or in single or double quotes with backslashes.
std::string unquoted(std::string value) {
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
        value.back() == value.front()) {
        value = value.substr(1, value.size() - 2);
    }
    std::string plain;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\\' && i + 1 < value.size())
            ++i;
        // It is shown to people: no control characters from a disk that came from anywhere.
        if (static_cast<unsigned char>(value[i]) >= 0x20)
            plain += value[i];
    }
    return plain;
}

}  // namespace

std::optional<OsIdentity> parse_os_release(std::string_view text) {
    OsIdentity identity;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        const auto equals = line.find('=');
        if (equals == std::string::npos)
            continue;
        const auto key = line.substr(0, equals);
        const auto value = unquoted(line.substr(equals + 1));
        if (key == "ID")
            identity.id = value;
        if (key == "VERSION_ID")
            identity.version_id = value;
        if (key == "PRETTY_NAME")
            identity.pretty_name = value;
    }
    if (identity.id.empty())
        return std::nullopt;
    return identity;
}

}  // namespace goldsmith::disk_images
