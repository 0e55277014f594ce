#include "base/fd.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"

namespace goldsmith::base {

Fd& Fd::operator=(Fd&& other) noexcept {
    if (this != &other) {
        reset();
        number_ = std::exchange(other.number_, -1);
    }
    return *this;
}

void Fd::reset() noexcept {
    if (number_ >= 0) {
        ::close(number_);
        number_ = -1;
    }
}

Pipe make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        throw SystemError("make a pipe");
    }
    return Pipe{Fd(ends[0]), Fd(ends[1])};
}

}  // namespace goldsmith::base
