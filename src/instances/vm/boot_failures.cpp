#include "instances/vm/boot_failures.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "instances/console.h"

namespace goldsmith::instances {

namespace {

constexpr std::size_t kMostRead = 256 * 1024;
constexpr std::size_t kOverlap = 256;

struct Pattern {
    std::string_view text;
    const char* meaning;
};

constexpr std::array<Pattern, 10> kPatterns{{
    {"Kernel panic - not syncing", "its kernel panicked"},
    {"No bootable device", "there is nothing on its disk that the firmware can start"},
    {"BdsDxe: No bootable option or device was found",
     "there is nothing on its disk that the firmware can start"},
    {"UEFI Interactive Shell", "there is nothing on its disk that the firmware can start"},
    {"grub rescue>", "its boot loader does not find its own files"},
    {"Dropping to a shell!", "its initial RAM disk does not find the root file system"},
    {"Entering emergency mode", "it booted into emergency mode"},
    {"You are in emergency mode", "it booted into emergency mode"},
    {"root account is locked", "it booted into emergency mode"},
    {"You are in rescue mode", "it booted into rescue mode"},
}};

std::uint64_t size_of(int fd) {
    struct stat facts {};
    return ::fstat(fd, &facts) == 0 ? static_cast<std::uint64_t>(facts.st_size) : 0;
}

}  // namespace

std::optional<std::string> boot_failure_in(std::string_view console_text) {
    for (const Pattern& pattern : kPatterns) {
        if (console_text.find(pattern.text) != std::string_view::npos) {
            return pattern.meaning;
        }
    }
    return std::nullopt;
}

bool shows_login_prompt(std::string_view console_text) {
    return console_text.find(" login: ") != std::string_view::npos;
}

ConsoleWatch::ConsoleWatch(base::Path file) : file_(std::move(file)) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file_, error);
    seen_ = error ? 0 : size;
}

std::string ConsoleWatch::look() {
    try {
        const base::Fd fd = base::open_file(file_, O_RDONLY);
        const std::uint64_t size = size_of(fd.get());
        // The file is cut when it is full; then all of it may be new.
        const std::uint64_t from =
            std::max(size < seen_ ? 0 : seen_, size > kMostRead ? size - kMostRead : 0);
        std::string fresh(size - from, '\0');
        base::read_exactly_at(fd.get(), fresh.data(), fresh.size(), from);
        seen_ = size;
        last_ += without_control_sequences(fresh);
    } catch (const base::Error&) {
        return last_;
    }
    const std::string text = last_;
    last_ = text.substr(text.size() > kOverlap ? text.size() - kOverlap : 0);
    return text;
}

}  // namespace goldsmith::instances
