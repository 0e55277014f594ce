#include "guest/scratch_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "base/error.h"

namespace goldsmith::guest {
namespace {

/// Calls `make(folder)` with one folder after the other until it throws no base::Error.
template <typename Make>
auto in_first_writable(const Make& make) {
    std::string first_problem;
    for (const char* parent : std::array<const char*, 5>{std::getenv("TMPDIR"), "/tmp", "/var/tmp",
                                                         "/run", "/dev/shm"}) {
        if (parent == nullptr || *parent == '\0') {
            continue;
        }
        try {
            return make(base::Path(parent));
        } catch (const base::Error& error) {
            if (first_problem.empty()) {
                first_problem = base::error_chain(error);
            }
        }
    }
    throw base::Error("there is no folder for temporary files: " + first_problem +
                      ". Set TMPDIR to a writable folder");
}

}  // namespace

base::TempDir make_scratch_folder() {
    return in_first_writable([](const base::Path& parent) { return base::TempDir("toe", parent); });
}

base::Fd make_scratch_file() {
    return in_first_writable([](const base::Path& parent) {
        std::string name = (parent / "toe-XXXXXX").string();
        base::Fd file(::mkostemp(name.data(), O_CLOEXEC));
        if (!file) {
            throw base::SystemError("create " + name);
        }
        ::unlink(name.c_str());
        return file;
    });
}

}  // namespace goldsmith::guest
