// What an instance prints on its console: read from a pipe by a thread of its own and kept in a
// file of bounded size, so that a guest that floods its console costs neither memory nor disk.
#pragma once

#include <cstdint>
#include <string>
#include <thread>

#include "base/fd.h"
#include "base/files.h"

namespace goldsmith::instances {

class Console {
public:
    static constexpr std::uint64_t kMostBytes = 8U << 20;

    /// Appends to `file`. Throws base::SystemError.
    explicit Console(base::Path file, std::uint64_t most_bytes = kMostBytes);
    /// Waits for what is still in the pipe when every writer is gone; else leaves it.
    ~Console();
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    /// Where the machine writes; stays valid for the life of this object.
    int write_fd() const { return write_end_.get(); }

private:
    void read_loop();

    base::Path path_;
    std::uint64_t most_bytes_;
    base::Fd file_;
    base::Fd write_end_;
    base::Fd read_end_;
    base::Fd wake_;
    std::thread reader_;
};

/// The last lines of a console file without control sequences; empty when there is none.
std::string tail_of_console(const base::Path& file, std::size_t lines);
/// Text without terminal control sequences and other control characters than newlines and tabs.
std::string without_control_sequences(std::string_view text);

}  // namespace goldsmith::instances
