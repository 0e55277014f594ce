#include "instances/console.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/error.h"

namespace goldsmith::instances {

namespace {

constexpr std::size_t kBlock = 64 * 1024;
constexpr std::uint64_t kTailBytes = 64 * 1024;

/// Drops the older half, so that the file never grows beyond its bound.
void keep_newer_half(int fd, std::uint64_t size) {
    std::string newer(size / 2, '\0');
    base::read_exactly_at(fd, newer.data(), newer.size(), size - newer.size());
    if (::ftruncate(fd, 0) == 0) {
        base::write_all(fd, newer);
    }
}

}  // namespace

Console::Console(base::Path file, std::uint64_t most_bytes)
    : path_(std::move(file)),
      most_bytes_(most_bytes),
      file_(base::open_file(path_, O_RDWR | O_CREAT | O_APPEND, 0600)),
      wake_(::eventfd(0, EFD_CLOEXEC)) {
    base::Pipe pipe = base::make_pipe();
    write_end_ = std::move(pipe.write_end);
    read_end_ = std::move(pipe.read_end);
    ::fcntl(read_end_.get(), F_SETFL, O_NONBLOCK);
    reader_ = std::thread([this] { read_loop(); });
}

Console::~Console() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t put = ::write(wake_.get(), &one, sizeof one);
    reader_.join();
}

void Console::read_loop() {
    char block[kBlock];
    for (bool ending = false;;) {
        pollfd entries[2] = {{read_end_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
        if (!ending && ::poll(entries, 2, -1) < 0 && errno != EINTR) {
            return;
        }
        ending = ending || entries[1].revents != 0;
        const ssize_t got = ::read(read_end_.get(), block, sizeof block);
        if (got <= 0) {
            if (ending || got == 0) {
                return;
            }
            continue;
        }
        try {
            base::write_all(file_.get(), {block, static_cast<std::size_t>(got)});
            struct stat facts {};
            if (::fstat(file_.get(), &facts) == 0 &&
                static_cast<std::uint64_t>(facts.st_size) > most_bytes_) {
                keep_newer_half(file_.get(), static_cast<std::uint64_t>(facts.st_size));
            }
        } catch (const base::Error&) {
            // A full disk must not stop the machine: what it prints is lost, nothing else.
        }
    }
}

std::string without_control_sequences(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\x1b') {
            if (i + 1 < text.size() && text[i + 1] == '[') {
                i += 2;
                while (i < text.size() && (text[i] < '@' || text[i] > '~')) {
                    ++i;
                }
            } else if (i + 1 < text.size() && text[i + 1] == ']') {
                while (i < text.size() && text[i] != '\a' && text[i] != '\n') {
                    ++i;
                }
            } else {
                ++i;
            }
        } else if (c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= ' ') {
            plain.push_back(c);
        }
    }
    return plain;
}

std::string tail_of_console(const base::Path& file, std::size_t lines) {
    std::string text;
    try {
        const base::Fd fd = base::open_file(file, O_RDONLY);
        struct stat facts {};
        if (::fstat(fd.get(), &facts) != 0) {
            return {};
        }
        const auto size = static_cast<std::uint64_t>(facts.st_size);
        text.resize(std::min(size, kTailBytes));
        base::read_exactly_at(fd.get(), text.data(), text.size(), size - text.size());
    } catch (const base::Error&) {
        return {};
    }
    text = without_control_sequences(text);
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    std::size_t begin = text.size();
    for (std::size_t seen = 0; begin > 0; --begin) {
        if (text[begin - 1] == '\n' && ++seen == lines) {
            break;
        }
    }
    return text.substr(begin);
}

}  // namespace goldsmith::instances
