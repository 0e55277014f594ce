#include "base/mailbox.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/error.h"

namespace goldsmith::base {

Mailbox::Mailbox(Path directory) : directory_(std::move(directory)) {
    make_directories(directory_);
}

Path Mailbox::path_of(std::string_view name) const {
    constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    if (name.empty() || name.size() > 200 || name.front() == '.' ||
        name.find_first_not_of(allowed) != std::string_view::npos ||
        name.find(".tmp-") != std::string_view::npos) {
        throw Error("'" + std::string(name) + "' is not a message name");
    }
    return directory_ / name;
}

bool Mailbox::put(std::string_view name, std::string_view content) {
    const Path path = path_of(name);
    if (::access(path.c_str(), F_OK) == 0) {
        return false;
    }
    write_file_atomically(path, content, 0600);
    return true;
}

std::optional<std::string> Mailbox::get(std::string_view name) const {
    return read_file_if_exists(path_of(name));
}

std::vector<std::string> Mailbox::names() const {
    std::vector<std::string> names = list_directory(directory_);
    std::erase_if(names, [](const std::string& name) {
        return name.front() == '.' || name.find(".tmp-") != std::string::npos;
    });
    return names;
}

void Mailbox::remove(std::string_view name) {
    const Path path = path_of(name);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        throw SystemError("remove " + path.string());
    }
}

DirectoryWatch::DirectoryWatch()
    : inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!inotify_ || !wake_) {
        throw SystemError("watch folders");
    }
}

void DirectoryWatch::add(const Path& directory) {
    if (::inotify_add_watch(inotify_.get(), directory.c_str(),
                            IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE | IN_ONLYDIR) < 0) {
        throw SystemError("watch " + directory.string());
    }
}

bool DirectoryWatch::wait(std::chrono::milliseconds limit) {
    pollfd entries[2] = {{inotify_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
    const int ready = ::poll(entries, 2, static_cast<int>(limit.count()));
    if (ready < 0 && errno != EINTR) {
        throw SystemError("wait for folder changes");
    }
    if (ready <= 0) {
        return false;
    }
    alignas(inotify_event) char block[4096];
    while (::read(inotify_.get(), block, sizeof block) > 0) {
    }
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &count, sizeof count);
    return true;
}

void DirectoryWatch::wake() noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t put = ::write(wake_.get(), &one, sizeof one);
}

}  // namespace goldsmith::base
