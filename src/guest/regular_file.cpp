#include "guest/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/error.h"

namespace goldsmith::guest {
namespace {

[[noreturn]] void refuse(const base::Path& path) {
    throw base::Error("'" + path.string() + "' is not a regular file");
}

}  // namespace

base::Fd open_regular_file(const base::Path& path, int flags, mode_t mode) {
    // A pipe without a partner does not hold up a non-blocking open.
    base::Fd file(::open(path.c_str(), flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode));
    if (!file) {
        if (errno == ENXIO || errno == EISDIR) {
            refuse(path);
        }
        throw base::SystemError("open " + path.string());
    }
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0) {
        throw base::SystemError("look at " + path.string());
    }
    if (!S_ISREG(facts.st_mode)) {
        refuse(path);
    }
    return file;
}

std::string read_regular_file(const base::Path& path, std::uint64_t limit_bytes) {
    const base::Fd file = open_regular_file(path, O_RDONLY);
    try {
        return base::read_all(file.get(), limit_bytes);
    } catch (const base::Error&) {
        base::throw_with_context("read " + path.string());
    }
}

void require_regular_file(const base::Path& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) {
        refuse(path);
    }
}

}  // namespace goldsmith::guest
