#include "catalogue/identify_os.h"

#include <algorithm>
#include <chrono>
#include <sstream>

namespace goldsmith::catalogue {
namespace {

constexpr std::size_t kMostBytes = 64 << 10;
constexpr std::chrono::seconds kLimit{20};

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

base::Command read_from_ext_command(const base::Path& disk, std::uint64_t offset_bytes,
                                    const std::string& path) {
    base::Command command;
    command.program = "debugfs";
    command.arguments = {"-R", "cat " + path,
                         disk.string() + "?offset=" + std::to_string(offset_bytes)};
    command.environment = {{"LC_ALL", "C"}, {"DEBUGFS_PAGER", "__none__"}};
    return command;
}

std::optional<OsIdentity> identify_os(const base::Path& raw_disk, std::uint64_t offset_bytes) {
    if (raw_disk.string().find('?') != std::string::npos) {
        throw base::Error("a disk's path must not hold a question mark: " + raw_disk.string());
    }
    base::RunOptions options;
    options.timeout = kLimit;
    options.keep_bytes = kMostBytes;
    // The second is a link to the first on most systems, and links are not followed.
    for (const char* path : {"/usr/lib/os-release", "/etc/os-release"}) {
        const auto result = base::run(read_from_ext_command(raw_disk, offset_bytes, path), options);
        if (auto identity = parse_os_release(result.stdout_text))
            return identity;
    }
    return std::nullopt;
}

}  // namespace goldsmith::catalogue
