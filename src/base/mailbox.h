// Mailbox: a folder of small messages, each a file that appears whole or not at all (temporary
// name, fsync, rename). Two processes that may be killed at any moment talk through a pair of them.
// A message's name is its identity: putting the same name again changes nothing, so a sender may
// repeat itself after a crash. Every object belongs to one thread; several processes may share a
// folder.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/files.h"

namespace goldsmith::base {

class Mailbox {
public:
    /// Creates the folder if it is missing.
    explicit Mailbox(Path directory);

    const Path& directory() const { return directory_; }

    /// False when a message of that name was there already (it stays as it was). The name may hold
    /// [A-Za-z0-9._-] and must not begin with a dot; anything else is an Error.
    bool put(std::string_view name, std::string_view content);
    std::optional<std::string> get(std::string_view name) const;
    /// Names present, oldest first by name; half-written messages are not listed.
    std::vector<std::string> names() const;
    void remove(std::string_view name);

private:
    Path path_of(std::string_view name) const;
    Path directory_;
};

/// Waits for changes of folders (inotify). Fall back on a timeout: a notification may be missed
/// when the folder is on a network file system.
class DirectoryWatch {
public:
    DirectoryWatch();
    /// Watches files appearing in `directory` (created, renamed into) and being closed after
    /// writing.
    void add(const Path& directory);
    /// True when something changed before the limit passed. Drains all pending notifications.
    bool wait(std::chrono::milliseconds limit);
    /// Wakes a wait() from another thread. The only thread-safe member.
    void wake() noexcept;

private:
    Fd inotify_;
    Fd wake_;
};

}  // namespace goldsmith::base
